import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { analyzeRequest, PackProcess, type SentResource, stackRequest, urnOf } from "../test/support/packProcess";
import { threeClusters } from "../test/support/programs";

/** Resources of the program: a large fleet's, most of them of types that no rule reads. */
const RESOURCES = 15_000;

/** Resources that an engine has in flight at once. */
const IN_FLIGHT = 16;

/**
 * What the pack costs beside a pack with one empty rule of each kind, on the same resources: the SDK's own work of
 * reading them is the floor that no rule can go below. Also the time until a pack answers, type check included.
 */
export async function run() {
  const empty = emptyPack();
  try {
    const holds = program([3, 3, 3]);
    const floor = await measure(empty, holds);
    const pack = await measure("policy", holds);
    const short = await measure("policy", program([3, 3, 2]));
    const ratio = (a: number, b: number) => Math.round((a / b) * 100) / 100;
    return [
      { name: "policy: start of the pack", unit: "s", value: pack.start, note: `an empty pack ${floor.start} s` },
      {
        name: `policy: ${RESOURCES} resources one by one`,
        unit: "x of an empty pack",
        value: ratio(pack.analyze, floor.analyze),
        limit: 1.4,
        note: `${pack.analyze} s beside ${floor.analyze} s`,
      },
      {
        name: `policy: a stack of ${RESOURCES} resources`,
        unit: "x of an empty pack",
        value: ratio(pack.stack, floor.stack),
        limit: 1.4,
        note: `${pack.stack} s beside ${floor.stack} s`,
      },
      {
        name: `policy: the same stack with ${short.violations} violations`,
        unit: "x of an empty pack",
        value: ratio(short.stack, floor.stack),
        limit: 1.4,
        note: `${short.stack} s`,
      },
    ];
  } finally {
    rmSync(empty, { recursive: true });
  }
}

/** Three clusters with their workloads, and as many other resources as it takes. */
function program(nodes: readonly number[]): SentResource[] {
  const fleet = threeClusters(nodes);
  const provider = {
    urn: urnOf("pulumi:providers:aws", "frankfurt"),
    type: "pulumi:providers:aws",
    name: "frankfurt",
    props: { region: "eu-central-1", allowedAccountIds: '["123456789012"]', defaultTags: '{"tags":{"team":"shop"}}' },
  };
  const others = Array.from({ length: RESOURCES - fleet.length }, (_, i): SentResource => {
    const type = TYPES[i % TYPES.length] ?? "aws:ec2/securityGroup:SecurityGroup";
    return {
      type,
      name: `r${i}`,
      props: properties(i),
      parent: urnOf("pulumi:pulumi:Stack", "test-dev"),
      provider,
      propertyDependencies: { vpcId: [urnOf(TYPES[0] ?? "", "r0")] },
    };
  });
  return [...fleet, ...others];
}

const TYPES = [
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/routeTable:RouteTable",
  "aws:iam/role:Role",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:kms/key:Key",
];

function properties(i: number): object {
  return {
    id: `sg-${i}`,
    arn: `arn:aws:ec2:eu-central-1:123456789012:security-group/sg-${i}`,
    name: `shop-${i}`,
    vpcId: "vpc-0a1b2c3d",
    ownerId: "123456789012",
    tags: { Name: `shop-${i}`, team: "shop", "multisite-site": "frankfurt" },
    ingress: [
      { fromPort: 443, toPort: 443, protocol: "tcp", cidrBlocks: ["10.0.0.0/8", "172.16.0.0/12"], self: false },
      { fromPort: 80, toPort: 80, protocol: "tcp", cidrBlocks: ["10.0.0.0/8"], self: false },
    ],
    egress: [{ fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"], self: false }],
    revokeRulesOnDelete: false,
    timeouts: { create: "10m", delete: "15m" },
  };
}

/** What each phase of one pack takes of its process, in seconds. */
async function measure(dir: string, program: readonly SentResource[]) {
  // Without the cache of an earlier start, so that the pack is type-checked.
  const pack = await PackProcess.start(dir, { TS_NODE_CACHE: "false" });
  const elapsed = clock(pack.pid);
  const start = elapsed();
  try {
    await pack.configure();
    const requests = program.map(analyzeRequest);
    elapsed();
    let next = 0;
    const work = async () => {
      for (let i = next++; i < requests.length; i = next++) await pack.send(requests[i]!);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    const analyze = elapsed();
    const stack = stackRequest(program);
    elapsed();
    const violations = (await pack.sendStack(stack)).length;
    return { start, analyze, stack: elapsed(), violations };
  } finally {
    await pack.stop();
  }
}

/**
 * Seconds since the last call. Where the kernel tells (Linux), seconds of the process's own work, which nothing else that
 * the machine does can change; elsewhere those of the wall.
 */
function clock(pid: number): () => number {
  const file = `/proc/${pid}/stat`;
  const now = () => {
    if (!existsSync(file)) return performance.now() / 1000;
    const fields = readFileSync(file, "utf8").split(") ")[1]?.split(" ") ?? [];
    // utime and stime, in ticks of a hundredth of a second.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  let last = existsSync(file) ? 0 : now();
  return () => {
    const before = last;
    last = now();
    return Math.round((last - before) * 100) / 100;
  };
}

/** A pack with one empty rule of each kind. */
function emptyPack(): string {
  const dir = mkdtempSync(path.join(tmpdir(), "multisite-bench-"));
  symlinkSync(path.resolve("node_modules"), path.join(dir, "node_modules"));
  writeFileSync(path.join(dir, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.ts\n");
  writeFileSync(path.join(dir, "package.json"), '{ "name": "empty", "version": "0.0.1", "main": "index.ts" }');
  writeFileSync(path.join(dir, "tsconfig.json"), EMPTY_TSCONFIG);
  writeFileSync(path.join(dir, "index.ts"), EMPTY_PACK);
  return dir;
}

const EMPTY_TSCONFIG = JSON.stringify({
  compilerOptions: { target: "ES2022", module: "nodenext", moduleResolution: "nodenext", skipLibCheck: true },
  files: ["index.ts"],
});

const EMPTY_PACK = `import { PolicyPack } from "@pulumi/policy";
new PolicyPack("empty", {
  policies: [
    { name: "resource", description: "nothing", enforcementLevel: "mandatory", validateResource: () => {} },
    { name: "stack", description: "nothing", enforcementLevel: "mandatory", validateStack: () => {} },
  ],
});
`;
