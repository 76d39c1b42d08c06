import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import Ajv from "ajv";
import type { DrillReport } from "../../../rehearsal/drill/report";
import { Canaries } from "../../support/canaries";
import { commandLine } from "../../support/commandLine";
import { temporaryFolder, until } from "../../support/folders";
import { localTools } from "../../support/localTools";
import { ended, multisite, ROOT, start, writeProgram } from "../../support/multisite";
import { webDeployment } from "../../support/webDeployment";
import { root } from "../../trust/certificates";

const schema = JSON.parse(readFileSync(join(ROOT, "rehearsal", "drill", "schema.json"), "utf8"));
const BOUTIQUE = join(ROOT, "..", "shared", "data", "online-boutique.yaml");

/** The root that signs for the sites, which the program brings; its key and the kubeconfigs may be seen nowhere. */
const G1 = root("sample root g1");
const CANARIES = new Canaries().add("key", G1.keyPem);
for (const one of [1, 2, 3]) CANARIES.add("kubeconfig", `kubeconfig-canary-${one}`);

/**
 * A program of three clusters that exist, of three nodes of four cores each.
 * @param named it has a name for its users and a root of its own; without, it loads no cloud's SDK.
 * @param count of the clusters, from the first.
 */
function program(t: TestContext, demand: object, named = false, count = 3): string {
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const { Fleet, existing } = require("pulumi-multisite");
const site = (name, number, latitude, longitude) => ({ kind: "existing", name, number, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 12, memoryGiB: 48, pods: 330, nodes: 3, verifiedAt: "2026-11-01" },
  coordinates: { latitude, longitude }, endpoints: { ingress: ["203.0.113." + number] },
  cidrs: { nodes: ["192.168." + number + ".0/24"], pods: ["10." + number + ".128.0/17"], services: ["10." + number + ".64.0/18"] } });
const sites = [site("oslo", 1, 59.9, 10.8), site("turin", 2, 45.1, 7.7), site("vienna", 3, 48.2, 16.4)].slice(0, ${count});
${named ? NAMED : "const [args, more] = [{}, {}];"}
new Fleet("sample", { kinds: [existing], ...args,
  kubeconfigs: Object.fromEntries(sites.map(({ name, number }) => [name, "of/kubeconfig-canary-" + number])),
  spec: { demand: ${JSON.stringify(demand)}, sites, ...more } });
`,
  );
  return dir;
}

const NAMED = `const { route53 } = require("pulumi-multisite/aws");
const { cloudDns } = require("pulumi-multisite/gcp");
const { builtTrust, suppliedSigner } = require("pulumi-multisite/trust");
const signer = suppliedSigner(${JSON.stringify({ certificate: G1.certPem, key: G1.keyPem })});
const args = { services: [route53, cloudDns], trust: builtTrust({ g1: signer }) };
const more = { trust: { trustDomain: "sample.example.com", roots: { g1: { keeper: "supplied" } } },
  traffic: { domain: "shop.example.com", zone: "example.com",
    providers: [{ service: "route53", account: "111122223333" }, { service: "cloudDns", project: "shop-production" }] } };`;

const SHOP = {
  workloads: [
    { name: "shop/web", replicas: 12, cpu: 0.5, memoryGiB: 0.5 },
    { name: "shop/db", replicas: 3, cpu: 1, memoryGiB: 2 },
  ],
};

const REFUSED = `${webDeployment("{ name: web, image: web, resources: { requests: { cpu: 0.1, memory: 64Mi } } }")}
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 99999 }] }
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: web, namespace: shop }
spec: { secretName: web }
`;

async function drilled(
  args: readonly string[],
  run = commandLine,
): Promise<{ exit: number | null; stderr: string; report: DrillReport }> {
  const { exit, stdout, stderr } = await run(["drill", ...args, "--json", "-"]);
  assert.notEqual(stdout, "", stderr);
  assert.deepEqual(CANARIES.in(stdout + stderr), []);
  const report = JSON.parse(stdout) as DrillReport;
  const check = new Ajv({ allErrors: true, strict: false }).compile(schema);
  assert.ok(check(report), JSON.stringify(check.errors));
  return { exit, stderr, report };
}

test("a drill on real control planes", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") {
    t.skip(tools);
    return;
  }

  await t.test(
    "what the program itself puts there, its CronJob played, and more lost than the rest carries",
    async () => {
      const lost = ["munich", "oslo"];
      const { exit, report } = await drilled([
        join(ROOT, "examples", "workloads"),
        "--lose",
        "munich",
        "--lose",
        "oslo",
      ]);
      assert.equal(exit, 1);
      const [loss] = report.losses;
      assert.deepEqual([loss?.lost, loss?.planned, loss?.carried], [lost, "does not hold", false]);
      assert.match(report.notes.join("\n"), /without munich and oslo the others run .*web 9 of 18.* raise tolerate/);
      assert.deepEqual(
        loss?.steps.map(({ step }) => step),
        ["before", "lost", "back"],
      );
      for (const step of loss?.steps ?? []) {
        assert.deepEqual(
          step.sites.filter(({ isLost }) => isLost).map(({ site }) => site),
          step.step === "lost" ? lost : [],
        );
        // Half of 18 web pods, of 3 baskets, and the report, which cannot be halved.
        for (const { running, planned, pending } of step.sites.filter(({ isLost }) => !isLost))
          assert.deepEqual([running, planned, pending], [12, 12, 0]);
        assert.equal(step.demanded, 22);
        const short = [
          { workload: "basket", running: 2, demanded: 3 },
          { workload: "web", running: 9, demanded: 18 },
        ];
        assert.deepEqual(
          [...step.short].sort((a, b) => (a.workload < b.workload ? -1 : 1)),
          step.step === "lost" ? short : [],
        );
        assert.notEqual(step.secondsToFull, null);
      }
      assert.match(report.notes.join("\n"), /CronJobs are suspended and played by pods .*: report\./);
      assert.equal(loss?.users, null, "a fleet without a name has no users to ask for it");
    },
  );

  await t.test(
    "reserved: users are elsewhere when the plan says, and the autoscalers' rule fills their sites",
    async (t) => {
      const args = [program(t, SHOP, true), "--lose", "turin", "--scaling", "reserved"];
      // In a process of its own, for whatever else writes to its streams may show no secret either.
      const { exit, report } = await drilled(args, multisite);
      assert.equal(exit, 0);
      const users = report.losses[0]?.users;
      assert.ok(users !== null && users !== undefined);
      assert.equal(users.predictedSeconds, 95);
      assert.ok(users.errors > 0 && users.errors < users.requests);
      assert.ok(users.lastErrorSeconds !== null && users.lastErrorSeconds <= 95);
      assert.deepEqual(Object.keys(users.served).sort(), ["oslo", "vienna"]);
      assert.deepEqual([users.otherErrors, users.servedDrained, users.held], [0, 0, true]);
      const [before, lost] = report.losses[0]?.steps ?? [];
      // A third each: web 4 and db 1; then half each: web 6 and db 2.
      assert.deepEqual(
        before?.sites.map(({ running }) => running),
        [5, 5, 5],
      );
      assert.deepEqual(
        lost?.sites.map(({ running }) => running),
        [8, 0, 8],
      );
      assert.ok((lost?.secondsToFull ?? 0) > 15, "an autoscaler looks every 15 seconds");
    },
  );

  await t.test("the boutique, unchanged", { skip: !existsSync(BOUTIQUE) && `${BOUTIQUE} is not there` }, async (t) => {
    const { exit, report } = await drilled([program(t, SHOP), "--lose", "each", "--workloads", BOUTIQUE]);
    assert.equal(exit, 0);
    for (const { steps } of report.losses) {
      assert.deepEqual(
        steps.map(({ running, pending }) => [running, pending]),
        [
          [36, 0],
          [24, 0],
          [36, 0],
        ],
      );
    }
  });

  await t.test(
    "a program whose own pods do not fit: they are reported, and its update does not fail on them",
    async (t) => {
      const container = "{ name: web, image: web, resources: { requests: { cpu: 3, memory: 64Mi } } }";
      const workload = { replicas: 9, cpu: 3, memoryGiB: 0.0625 };
      const named = ["shop/web", "shop/api"].map((name) => ({ name, ...workload }));
      const daemonSets = ["agent", "refused"].map((name) => ({ name: `shop/${name}`, cpu: 0.01, memoryGiB: 0.01 }));
      const dir = program(t, { workloads: named, daemonSets });
      const manifests = join(dir, "shop.yaml");
      const agent = webDeployment("{ name: agent, image: agent, resources: { requests: { cpu: 10m, memory: 8Mi } } }")
        .replace("Deployment", "DaemonSet")
        .replaceAll("web", "agent")
        .replace("spec: {", "spec: { volumes: [{ name: data, persistentVolumeClaim: { claimName: none } }],");
      const web = webDeployment(container).replace("spec:", "spec:\n  replicas: 9");
      const refused = agent.replaceAll("agent", "refused").replace("spec: {", "spec: { serviceAccountName: nobody,");
      writeFileSync(manifests, [web, agent, refused].join("\n---\n"));
      mkdirSync(join(dir, "api", "templates"), { recursive: true });
      writeFileSync(join(dir, "api", "Chart.yaml"), "{ apiVersion: v2, name: api, version: 1.0.0 }");
      writeFileSync(join(dir, "api", "values.yaml"), "{ replicas: 9 }");
      const api = webDeployment(container)
        .replaceAll("web", "api")
        .replace("spec:", "spec:\n  replicas: {{ .Values.replicas }}");
      writeFileSync(join(dir, "api", "templates", "api.yaml"), api);
      const chart = '{ chart: "./api", namespace: "shop", replicas: { replicas: "shop/api" } }';
      const code = readFileSync(join(dir, "index.js"), "utf8")
        .replace("const { Fleet, existing }", "const { Fleet, FleetWorkload, existing, manifestFiles }")
        .replace("new Fleet(", 'const manifests = manifestFiles("shop.yaml");\nconst fleet = new Fleet(');
      writeFileSync(
        join(dir, "index.js"),
        `${code}\nconst shop = new FleetWorkload("shop", { fleet, manifests });
        new FleetWorkload("api", { fleet, chart: ${chart} }, { dependsOn: shop });\n`,
      );
      const { exit, stderr, report } = await drilled([dir, "--lose", "oslo", "--patience", "5"]);
      assert.equal(exit, 1, stderr);
      assert.match(stderr, /Deployment::\S+: is not ready after 5 s, and waited for no longer: .*Insufficient cpu/);
      const [before, lost] = report.losses[0]?.steps ?? [];
      assert.match(stderr, /Release::\S+: is not ready after 5 s, and waited for no longer/);
      // Nine pods are five at each of two sites, and a node has room for one; the agent's one on each node have no volume.
      assert.deepEqual([before?.running, before?.pending, lost?.running, lost?.pending], [9, 21 + 9, 6, 14 + 6]);
      const agents = before?.sites[0]?.waiting.find(({ workload }) => workload === "shop/agent");
      assert.deepEqual([agents?.planned, agents?.running, agents?.pending], [3, 0, 3]);
      assert.match(Object.keys(agents?.reasons ?? {}).join(), /persistentvolumeclaim "none" not found/);
      const none = before?.sites[0]?.waiting.find(({ workload }) => workload === "shop/refused");
      assert.deepEqual([none?.planned, none?.running, none?.pending], [3, 0, 0]);
      assert.match(none?.refused ?? "", /^pods are forbidden: .*serviceaccount "nobody" not found/);
      const [waiting] = before?.sites[0]?.waiting ?? [];
      assert.match(Object.keys(waiting?.reasons ?? {}).join(), /Insufficient cpu/);
    },
  );

  await t.test("objects that a site refuses end it with 2, each named with its site", async (t) => {
    const manifests = join(temporaryFolder(t), "shop.yaml");
    writeFileSync(manifests, REFUSED);
    const { exit, stderr } = await commandLine([
      "drill",
      program(t, SHOP, false, 2),
      "--lose",
      "oslo",
      "--workloads",
      manifests,
    ]);
    assert.equal(exit, 2, stderr);
    assert.match(stderr, /Sites oslo, turin refuse:\n/);
    assert.match(
      stderr,
      / {2}\S*shop\.yaml:\d+ \(document \d+\) Certificate shop\/web: the site knows no Certificate of cert-manager.io\/v1: give its Cust/,
    );
    assert.match(stderr, / Service shop\/web: .*spec.ports\[0\].port: Invalid value: 99999/);
    assert.doesNotMatch(stderr, /\bat .*\.[jt]s:\d/);
  });

  await t.test("an interruption ends it and leaves nothing", async (t) => {
    const [temporary, dir] = [temporaryFolder(t), program(t, SHOP)];
    process.env.TMPDIR = temporary;
    t.after(() => delete process.env.TMPDIR);
    const child = start(["drill", dir, "--lose", "each"]);
    const run = ended(child);
    await until(() => readdirSync(temporary).some((name) => name.startsWith("multisite-sites-")), 60);
    child.kill("SIGINT");
    const { exit, stderr } = await run;
    assert.equal(exit, 130, stderr);
    assert.deepEqual(
      readdirSync(temporary).filter((name) => name.startsWith("multisite-")),
      [],
    );
  });
});

test("what a drill cannot do, it says before it starts anything", async (t) => {
  const dir = program(t, SHOP);
  const empty = join(temporaryFolder(t), "empty");
  mkdirSync(empty);
  symlinkSync(join(ROOT, "node_modules"), join(empty, "node_modules"), "junction");
  writeFileSync(join(empty, "index.js"), "");
  const manifests = join(dir, "web.yaml");
  writeFileSync(
    manifests,
    webDeployment("{ name: web, image: web, resources: { requests: { cpu: 0.1, memory: 64Mi } } }"),
  );
  const rows: [args: string[], message: RegExp][] = [
    [[dir], /--lose NAME/],
    [[dir, "--lose", "osl"], /--lose osl: there is no such site that serves; the sites are oslo, turin, vienna/],
    [[dir, "--lose", "each", "--lose", "oslo"], /give it alone/],
    [[dir, "--lose", "oslo", "--patience", "0"], /seconds above 0; got "0"/],
    [[dir, "--lose", "oslo", "--scaling", "some"], /prescaled, reserved/],
    [
      [dir, "--lose", "oslo", "--json", join(dir, "nowhere", "drill.json")],
      /cannot write --json .*there is no folder .*nowhere/,
    ],
    [[dir, "--lose", "oslo", "--json", empty], /cannot write --json .*it is a folder/],
    [[program(t, {}), "--lose", "oslo"], /demand/],
    [
      [join(ROOT, "examples", "workloads"), "--lose", "oslo", "--workloads", manifests],
      /brings workloads of its own by FleetWorkload "shop".* leave --workloads out .*, or take the FleetWorkload out/,
    ],
    [[empty, "--lose", "oslo"], /A drill needs a Fleet/],
    [[join(dir, "nowhere"), "--lose", "oslo"], /There is no folder/],
  ];
  for (const [args, message] of rows) {
    const { exit, stderr } = await commandLine(["drill", ...args]);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\bat .*\.[jt]s:\d/);
    assert.equal(exit, 2, stderr);
  }
});
