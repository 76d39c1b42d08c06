import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { commandLine } from "../../support/commandLine";
import { type Ended, multisite, programWith } from "../../support/multisite";

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function program(spec: string): string {
  const folder = programWith(spec);
  folders.push(folder);
  return folder;
}

/** Bad input is one message for people, on standard error, with exit 2. */
function refused(run: Ended, ...patterns: RegExp[]): void {
  assert.equal(run.exit, 2, run.stderr);
  for (const pattern of patterns) assert.match(run.stderr, pattern);
  assert.doesNotMatch(run.stderr, /^\s+at .*:\d+:\d+\)?$/m, "a stack trace");
  assert.doesNotMatch(run.stderr, /mistake of multisite/, "not its own mistake");
  assert.equal(run.stdout, "");
}

const TWO = `site("a", 1, "eu-central-1"), site("b", 2, "eu-west-1")`;
const DEMAND = `demand: { cpu: 4, memoryGiB: 8, pods: 20 }`;

describe("a spec that cannot be planned", () => {
  it("is refused with all of its problems at once, and nothing is created", async () => {
    const state = join(program("{}"), "state.json");
    const dir = program(`{
      sites: [site("a", 1, "eu-central-1"), site("a", 1, "eu-west-1"), site("c", 3, "eu-north-1", { regionn: "x" }),
        site("d", 4, "eu-west-2", { block: "10.1.0.0/16" }), site("e", 0, "eu-west-3")],
      demand: { cpu: NaN, memoryGiB: -1, pods: 20 }, retired: [3] }`);
    const run = await commandLine(["rehearse", dir, "--state", state]);
    refused(run, /sites\[1\]\.name/, /sites\[1\]\.number/, /retired/, /regionn.*region/s, /10\.1\.0\.0\/16/);
    refused(run, /sites\[4\]\.number/, /demand\.cpu/, /demand\.memoryGiB/);
    assert.ok(!existsSync(state) || !readFileSync(state, "utf8").includes("aws:"));
  });

  for (const [what, spec, pattern] of [
    ["one site", `{ sites: [site("a", 1, "eu-central-1")], ${DEMAND} }`, /sites.*(two|2)/i],
    [
      "an Output",
      `{ sites: [${TWO}], demand: { cpu: pulumi.output(4), memoryGiB: 8, pods: 20 } }`,
      /demand\.cpu.*Output/,
    ],
    ["a prototype key", `JSON.parse('{"__proto__": {"sites": []}, "sites": []}')`, /__proto__/],
    ["no spec at all", "undefined", /spec/],
    [
      "a malformed CIDR",
      `{ sites: [${TWO}], ${DEMAND}, addresses: { pool: "10.0.0.0/33" } }`,
      /addresses\.pool.*10\.0\.0\.0\/33/,
    ],
  ] as const) {
    it(`${what} is refused`, async () => refused(await commandLine(["plan", program(spec)]), pattern));
  }
});

describe("a program that fails", () => {
  it("that throws is the program's own failure", async () => {
    const dir = program("(() => { throw new Error('out of coffee') })()");
    const run = await commandLine(["rehearse", dir]);
    assert.equal(run.exit, 2);
    assert.match(run.stderr, /out of coffee/);
  });
});

describe("a command line that is wrong", () => {
  const folder = mkdtempSync(join(tmpdir(), "multisite-yaml-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const yaml = join(folder, "bad.yaml");
  writeFileSync(yaml, "kind: Deployment\n\tmetadata: [\n");
  const unbuilt = join(folder, "unbuilt");
  mkdirSync(unbuilt);
  writeFileSync(join(unbuilt, "kustomization.yaml"), "resources: []\n");

  const agents = join(folder, "agents.yaml");
  const pods = "template: { metadata: { labels: { a: b } }, spec: { containers: [{ name: c, image: c }] } }";
  writeFileSync(
    agents,
    ["DaemonSet", "Deployment"]
      .map(
        (kind) =>
          `apiVersion: apps/v1\nkind: ${kind}\nmetadata: { name: ${kind.toLowerCase()} }\nspec:\n` +
          `  { ${kind === "Deployment" ? "replicas: 0, " : ""}selector: { matchLabels: { a: b } }, ${pods} }\n`,
      )
      .join("---\n"),
  );

  for (const [what, args, pattern] of [
    ["no such folder", ["plan", "no/such/folder"], /no\/such\/folder/],
    ["a folder without a program", ["plan", "docs"], /neither a Pulumi\.yaml nor an index\.ts/],
    ["no such command", ["rehearsal"], /unknown command/],
    ["no such option", ["plan", "--looze", "x"], /unknown option.*--lose/s],
    ["no such policy pack", ["rehearse", "--policy-pack", "lib"], /PulumiPolicy\.yaml/],
    ["manifests that are not there", ["plan", "--workloads", "no.yaml"], /no\.yaml: does not exist/],
    [
      "a kustomization that nobody built",
      ["plan", "--workloads", unbuilt],
      /unbuilt: is a kustomization: build it first/,
    ],
    ["manifests that are not YAML", ["plan", "--workloads", yaml], /bad\.yaml.*2/s],
    [
      "manifests of which no loss can be judged",
      ["plan", "--workloads", agents],
      /agents\.yaml brings only DaemonSets \(daemonset\) and workloads with 0 replicas or suspended \(deployment\)/,
    ],
    ["config without a value", ["plan", "-c", "nodes"], /key=value/],
    ["an engine that is none", ["rehearse", "--engine", "tofu"], /own, pulumi/],
    ["a token for nothing", ["token", "oke"], /eks, gke, aks/],
  ] as const) {
    it(`${what} is refused`, async () => refused(await commandLine(args), pattern));
  }

  it("files that could not be written are refused at once, with the other options that are wrong", async () => {
    const at = join("no", "such", "folder");
    const wrong = ["--json", join(at, "a.json"), "--state", join(at, "b.json"), "--policy-pack", "lib"];
    const run = await commandLine(["rehearse", "docs", ...wrong, "--policy-pack-config", "no.json"]);
    refused(run, /cannot write --json .*a\.json: there is no folder/);
    const lines = run.stderr.trim().split("\n");
    assert.equal(lines.length, 4, run.stderr);
    assert.match(lines[1] ?? "", /cannot write --state .*b\.json: there is no folder/);
    assert.match(lines[2] ?? "", /--policy-pack lib: there is no PulumiPolicy\.yaml/);
    assert.match(lines[3] ?? "", /--policy-pack-config no\.json: there is no such file/);
    refused(
      await commandLine(["rehearse", "docs", "--clusters", "--state", "lib"]),
      /cannot write --state lib: it is a folder: name a file in it\n.*--clusters --state: sites on this machine/,
    );
  });

  it("help is no mistake", async () => {
    const { exit, stdout } = await multisite(["rehearse", "--help"]);
    assert.equal(exit, 0);
    assert.match(stdout, /Examples:/);
  });
});
