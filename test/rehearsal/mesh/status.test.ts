import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createColors } from "picocolors";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { MeshPlan } from "../../../lib/plan/mesh";
import type { FleetSpec } from "../../../lib/plan/spec";
import { run } from "../../../rehearsal/cli";
import { Canaries } from "../../support/canaries";
import { type Ended, writeProgram } from "../../support/multisite";
import { existingSite } from "../../support/specs";
import { type Identity, leaf, root, sha256 } from "../../trust/certificates";
import { FakeApi } from "../../trust/fakeApi";
import { type FakeMeshSite, serveMesh } from "./fakeMesh";

const NAMES = ["frankfurt", "dublin", "paris"] as const;
type Name = (typeof NAMES)[number];

const cidrs = (number: number) => ({
  nodes: [`192.168.${number}.0/24`],
  pods: [`172.2${number}.0.0/16`],
  services: [`192.168.10${number}.0/24`],
});
const spec: FleetSpec = {
  sites: NAMES.map((name, index) =>
    existingSite(name, index + 1, { cidrs: cidrs(index + 1), endpoints: { mesh: [`192.168.${index + 1}.250`] } }),
  ),
  demand: { cpu: 4, memoryGiB: 8, pods: 20 },
  mesh: { mtuBytes: 1370 },
};

/** Sites that exist, so that the program loads no cloud's SDK. A rehearsal never calls what is in its credentials. */
const PROGRAM = `const { existing, Fleet } = require("pulumi-multisite");
const spec = ${JSON.stringify(spec)};
const kubeconfig = JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://site.example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
const pair = { certificate: "certificate", key: "key" };
const all = (value) => Object.fromEntries(spec.sites.map(({ name }) => [name, value]));
new Fleet("sample", { kinds: [existing], spec, kubeconfigs: all(kubeconfig),
  meshCredentials: all({ server: pair, admin: pair, remote: pair, local: pair, roots: "roots" }) });
`;

const apis = Object.fromEntries(NAMES.map((name) => [name, new FakeApi()])) as Record<Name, FakeApi>;
let plan: MeshPlan;
let own: Identity;
let dir = "";

before(async () => {
  plan = fleetPlan(spec).mesh!;
  own = leaf(root("shop"), "mesh");
  dir = mkdtempSync(join(tmpdir(), "multisite-mesh-status-"));
  writeProgram(dir, PROGRAM);
  for (const name of NAMES) {
    await apis[name].listen();
    writeFileSync(join(dir, `${name}.kubeconfig`), apis[name].kubeconfig);
  }
});
after(() => {
  for (const name of NAMES) apis[name].close();
  rmSync(dir, { recursive: true, force: true });
});

/** All sites are as planned, but for what is said of one. */
function serve(changed: Partial<FakeMeshSite> & { readonly name?: Name } = {}): Map<Name, string[]> {
  return new Map(
    NAMES.map((name) => {
      const change = name === changed.name ? changed : {};
      return [name, serveMesh(apis[name], plan, { leaf: own, ...change, name })];
    }),
  );
}

async function status(...args: string[]): Promise<Ended> {
  const said = { stdout: "", stderr: "" };
  const terminal = {
    out(text: string) {
      said.stdout += `${text}\n`;
    },
    err(text: string) {
      said.stderr += `${text}\n`;
    },
    progress() {},
    done() {},
    colors: createColors(false),
  };
  const line = ["node", "multisite", "mesh", "status", dir, ...args];
  const exit = await run(line, terminal, new AbortController().signal);
  const canaries = new Canaries().add("token", "S3CR3T-token").add(sha256(own.certPem), own.keyPem);
  assert.deepEqual(canaries.in(`${said.stdout}${said.stderr}`), []);
  assert.doesNotMatch(`${said.stdout}${said.stderr}`, /PRIVATE KEY|S3CR3T|^\s+at .*:\d+:\d+\)?$/m);
  return { exit, ...said };
}

const configs = (names: readonly Name[] = NAMES) =>
  names.flatMap((name) => ["--kubeconfig", `${name}=${join(dir, `${name}.kubeconfig`)}`]);
/** A busy machine answers late. */
const patient = () => ["--timeout", "120", ...configs()];

describe("multisite mesh status", () => {
  it("is content where every agent follows every peer, and the paths carry what is planned", async () => {
    const ran = serve();
    const { exit, stdout, stderr } = await status(...patient());
    assert.equal(exit, 0, stdout + stderr);
    assert.match(stdout, /frankfurt +1\.19\.5 +2\/2 at 192\.168\.1\.250 +2\/2 +2\/2 +dublin 1370, paris 1370/);
    assert.match(stdout, /Every link is as it is to be/);
    const probes = ran.get("frankfurt")!.filter((one) => one.startsWith("perl"));
    assert.deepEqual(probes, ["perl -e 1370 10.2.0.10 10.2.0.11 10.3.0.10 10.3.0.11"], "two nodes of each peer");
  });

  it("says what is wrong with which link, and goes on with the others", async () => {
    serve({ name: "dublin", ready: ["frankfurt"], passes: 1280 });
    const { exit, stdout } = await status(...patient());
    assert.equal(exit, 1);
    assert.match(stdout, /dublin: 0 of 2 agents follow paris/);
    assert.match(stdout, /dublin: The path to frankfurt carries 1280 bytes, and 1370 are sent/);
    assert.doesNotMatch(stdout, /^ {2}(frankfurt|paris): /m);
  });

  it("names versions that are too far apart, and a peer that is withdrawn", async () => {
    serve({ name: "paris", version: "1.21.0", withdrawn: ["dublin"] });
    const { exit, stdout } = await status(...patient());
    assert.equal(exit, 1);
    assert.match(stdout, /Cilium 1\.19\.5 runs in frankfurt and 1\.21\.0 in paris/);
    assert.match(stdout, /paris: dublin is withdrawn here/);
    assert.doesNotMatch(stdout, /agents follow dublin/);
  });

  it("names sites that hang, refuse or are not given, and asks the others", async () => {
    serve();
    apis.frankfurt.mode = "hang";
    apis.dublin.mode = 403;
    const { exit, stdout } = await status("--timeout", "3", ...configs(["frankfurt", "dublin"]), "--json", "-");
    assert.equal(exit, 1);
    const { sites, isReady } = JSON.parse(stdout) as {
      sites: { name: Name; answer: { reason?: string } }[];
      isReady: boolean;
    };
    assert.equal(isReady, false);
    const reason = (name: Name) => sites.find((one) => one.name === name)!.answer.reason ?? "reached";
    assert.match(reason("frankfurt"), /no answer in time/);
    assert.match(reason("dublin"), /403/);
    assert.match(reason("paris"), /no --kubeconfig/);
  });

  it("tells the rest where no command may be run in an agent, and holds it for no proof", async () => {
    serve();
    apis.paris.exec = undefined;
    const { exit, stdout } = await status(...patient());
    assert.equal(exit, 1);
    assert.match(
      stdout,
      /paris: Whether dublin is followed cannot be told: no agent could be asked \(pod cilium-a: .*403\)/,
    );
    assert.match(stdout, /paris: What the path to dublin carries cannot be told/);
    assert.match(stdout, /paris +v1\.19\.5 +2\/2 .* 0\/2 +0\/2/);
  });

  it("sends no packets where it is asked not to, and takes contexts of one kubeconfig", async () => {
    const ran = serve();
    const file = join(dir, "all.kubeconfig");
    const all = NAMES.map((name) => JSON.parse(apis[name].kubeconfig));
    const named = (list: string) => all.map((one, index) => ({ ...one[list][0], name: NAMES[index] }));
    const contexts = NAMES.map((name) => ({ name, context: { cluster: name, user: name } }));
    writeFileSync(
      file,
      JSON.stringify({
        ...all[0],
        clusters: named("clusters"),
        users: named("users"),
        contexts,
        "current-context": "",
      }),
    );
    const access = NAMES.flatMap((name) => ["--kubeconfig", `${name}=${file}`, "--context", `${name}=${name}`]);
    const { exit, stdout, stderr } = await status("--no-mtu", "--timeout", "120", ...access);
    assert.equal(exit, 0, stdout + stderr);
    assert.match(stdout, /not probed/);
    assert.ok([...ran.values()].flat().every((one) => !one.startsWith("perl")));
    const wrong = await status("--kubeconfig", `paris=${file}`, "--context", "paris=lyon");
    assert.equal(wrong.exit, 1);
    assert.match(wrong.stdout, /there is no context lyon, but frankfurt, dublin, paris/);
  });

  it("refuses what cannot be asked, before it asks anybody", async () => {
    const none = await status();
    assert.equal(none.exit, 2);
    assert.match(none.stderr, /No site can be asked: give the kubeconfigs/);
    const stranger = await status("--kubeconfig", "mars=mars.yaml");
    assert.equal(stranger.exit, 2);
    assert.match(stranger.stderr, /Kubeconfigs are given for mars: there is no such site/);
  });
});
