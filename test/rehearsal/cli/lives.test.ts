import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import type { FleetSpec, SiteState, WorkloadSpec } from "../../../lib/plan/spec";
import type { Deployment } from "../../../rehearsal/engine";
import { commandLine } from "../../support/commandLine";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";
import { existingSite } from "../../support/specs";
import { webDeployment } from "../../support/webDeployment";

/**
 * Sites that exist, so that the program loads no cloud's SDK. Its spec is a file. Of the third site something is protected, as
 * clusters are, at which a preview fails that would delete it.
 */
const PROGRAM = `const pulumi = require("@pulumi/pulumi");
const { existing, Fleet, FleetWorkload } = require("pulumi-multisite");
const { workload, ...spec } = JSON.parse(require("node:fs").readFileSync(__dirname + "/spec.json", "utf8"));
const kubeconfig = (name) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }],
  clusters: [{ name: "site", cluster: { server: "https://" + name + ".example.com" } }],
  contexts: [{ name: "site", context: { cluster: "site", user: "site" } }] });
const fleet = new Fleet("sample", { kinds: [existing], spec, kubeconfigs: Object.fromEntries(spec.sites.map(({ name }) => [name, kubeconfig(name)])) });
if (workload) new FleetWorkload("shop", { fleet, ...workload });
const third = spec.sites[2];
if (third) new pulumi.ComponentResource("sample:index:Kept", third.name, {}, { protect: third.state !== "leaving" });
`;

const dir = mkdtempSync(join(tmpdir(), "multisite-lives-"));
const state = join(dir, "state.json");

before(() => writeProgram(dir, PROGRAM));
after(() => rmSync(dir, { recursive: true, force: true }));

function site(name: string, number: number, life: SiteState = "active") {
  const cidrs = {
    nodes: [`192.168.${number}.0/24`],
    pods: [`172.2${number}.0.0/16`],
    services: [`192.168.10${number}.0/24`],
  };
  return existingSite(name, number, { state: life, cidrs });
}

function rehearse(sites: FleetSpec["sites"], more: Partial<FleetSpec> & { workload?: object } = {}, file = state) {
  const spec: FleetSpec = { sites, demand: { cpu: 4, memoryGiB: 8, pods: 20 }, ...more };
  writeFileSync(join(dir, "spec.json"), JSON.stringify(spec));
  return commandLine(["rehearse", dir, "--state", file]);
}

test("an entry vanishes only when its site was withdrawn and its number is retired, and nobody takes another's", async () => {
  const two = [site("frankfurt", 1), site("dublin", 2)];
  const first = await rehearse([...two, site("paris", 3, "drained")]);
  assert.equal(first.exit, 0, first.stderr);
  const written = readFileSync(state, "utf8");
  const gone = await rehearse(two);
  assert.equal(gone.exit, 2);
  assert.match(gone.stderr, /has no "paris" any more, which its peers still follow: set its state to "leaving" first/);
  assert.match(gone.stderr, /lacks 3, the number of "paris"/);
  const renamed = await rehearse([...two, site("lyon", 3)]);
  assert.equal(renamed.exit, 2);
  assert.match(renamed.stderr, /was "paris" and is "lyon", which restarts all/);
  assert.equal(readFileSync(state, "utf8"), written, "and nothing of it was built");
  const leaving = await rehearse([...two, site("paris", 3, "leaving")]);
  assert.equal(leaving.exit, 0, leaving.stderr);
  const left = await rehearse(two, { retired: [3] });
  assert.equal(left.exit, 0, left.stderr);
});

test("a release that one update brings to several sites that serve is told, but where they wait for each other", async () => {
  const sites = (second: SiteState = "active") => [site("frankfurt", 1), site("dublin", 2, second)];
  const file = join(dir, "release.json");
  const release = async (image: string, more: object = {}, of = sites()) => {
    const manifests = webDeployment(`{ name: web, image: ${image}, resources: { requests: { cpu: 1, memory: 1Gi } } }`);
    const { exit, stderr } = await rehearse(of, { workload: { manifests, ...more } }, file);
    assert.equal(exit, 0, stderr);
    return stderr.split("\n").filter((line) => line.startsWith("One update "));
  };
  assert.deepEqual(await release("web1"), []);
  assert.deepEqual(await release("web2"), [
    'One update changes the pods of FleetWorkload "shop" in 2 sites that serve: frankfurt, dublin (Deployment shop/web). What breaks by ' +
      'it breaks in all of them: give it rollout: "siteBySite", and each site waits until the one before is ready.',
  ]);
  assert.deepEqual(await release("web3", { rollout: "siteBySite" }), []);
  assert.deepEqual(await release("web3", {}, sites("drained")), [], "other numbers are no release");
  assert.deepEqual(await release("web4", {}, sites("drained")), [], "and who serves nobody breaks nothing");
});

test("what is made anew, and so without pods for a while, is told of however sites wait for each other", async () => {
  const file = join(dir, "anew.json");
  const release = async (app: string, more: object = {}) => {
    const manifests = webDeployment("{ name: web, image: web, resources: { requests: { cpu: 1, memory: 1Gi } } }");
    const changed = manifests.replaceAll("app: web", `app: ${app}`);
    const { exit, stderr } = await rehearse(
      [site("frankfurt", 1), site("dublin", 2)],
      { workload: { manifests: changed, ...more } },
      file,
    );
    assert.equal(exit, 0, stderr);
    return stderr.split("\n").filter((line) => line.startsWith("One update makes "));
  };
  const anew = (when: string) =>
    'One update makes Deployment shop/web of FleetWorkload "shop" anew in frankfurt, dublin, for spec.selector cannot be changed: all ' +
    `of its pods there go before new ones start, ${when}. Leave that as it is; or add the new one under another name, and take the old one ` +
    "away when the new one runs.";
  assert.deepEqual(await release("web"), []);
  assert.deepEqual(await release("shop-web"), [anew("in all of these sites at once")]);
  assert.deepEqual(await release("web", { rollout: "siteBySite" }), [anew("one site after the other")]);
});

test("claims that stay as they were are told where their StatefulSet is made anew", async () => {
  const file = join(dir, "claims.json");
  const release = async (size: string, more: object = {}) => {
    const manifests = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: db, resources: { requests: { cpu: 100m, memory: 1Gi } } }] }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: ${size} } } }`;
    const sites = [site("frankfurt", 1), site("dublin", 2)];
    const { exit, stderr } = await rehearse(sites, { workload: { manifests, ...more } }, file);
    assert.equal(exit, 0, stderr);
    return stderr.split("\n").filter((line) => line.startsWith("One update "));
  };
  const claims =
    'One update makes StatefulSet shop/db of FleetWorkload "shop" anew with other volumeClaimTemplates: its pods go all at once, and ' +
    "come back to the claims that they had, of the old size and class. Change those claims yourself (kubectl patch pvc), or give the " +
    "StatefulSet another name and move the data.";
  assert.deepEqual(await release("10Gi"), []);
  const [rollout, ...more] = await release("20Gi");
  assert.match(
    rollout ?? "",
    /^One update changes the pods of FleetWorkload "shop" in 2 sites that serve: frankfurt, dublin \(Stateful/,
  );
  assert.deepEqual(more, [claims]);
  assert.deepEqual(await release("30Gi", { rollout: "siteBySite" }), [claims]);
});

describe("pods that one update takes from sites that serve before others run them", () => {
  const three = [site("frankfurt", 1), site("dublin", 2), site("milan", 3)];
  const web = { name: "shop/web", replicas: 6, cpu: 1, memoryGiB: 1 };
  const manifests = webDeployment("{ name: web, image: web, resources: { requests: { cpu: 1, memory: 1Gi } } }");
  type Placed = { readonly placed: Readonly<Record<string, readonly { readonly replicas: number }[]>> };
  /** Updates, one after the other: what each is told of, and the pods that its sites run then. */
  async function told(
    name: string,
    ...updates: [sites: FleetSpec["sites"], demand?: Partial<WorkloadSpec>, more?: object][]
  ): Promise<[notes: string[], pods: string][]> {
    const file = join(dir, `${name}.json`);
    const all: [string[], string][] = [];
    for (const [sites, demand, more] of updates) {
      const until = sites.some(({ state: life }) => life === "lost") ? { degradedUntil: "2099-01-01" } : {};
      const spec = { demand: { workloads: [{ ...web, ...demand }] }, workload: { manifests, ...more }, ...until };
      const { exit, stderr } = await rehearse(sites, spec, file);
      assert.equal(exit, 0, stderr);
      const { resources = [] } = (JSON.parse(readFileSync(file, "utf8")) as Deployment).deployment;
      const { placed } = resources.find(({ type }) => type.endsWith(":FleetWorkload"))!.inputs as Placed;
      const pods = sites.map((one) => placed[one.name]?.[0]?.replicas ?? 0).join(" ");
      all.push([stderr.split("\n").filter((line) => line.startsWith("One update takes pods")), pods]);
    }
    return all;
  }
  const fourth = (life: SiteState = "active") => [...three, site("paris", 4, life)];
  const ending = "a lost site is not made up for: ";

  it("are told where a site begins as active, and not where it joins first", async () => {
    const [, atOnce] = await told("fourth", [three], [fourth(), {}, { rollout: "siteBySite" }]);
    assert.deepEqual(atOnce, [
      [
        'One update takes pods of FleetWorkload "shop" from sites that serve before others run them: Deployment shop/web from frankfurt (3 -> 2), ' +
          "dublin (3 -> 2), milan (3 -> 2) to paris (0 -> 2). Until those are ready, and for good if they never are, " +
          `${ending}give paris the state "joining", which leaves the others as they are, and make it active in a later update.`,
      ],
      "2 2 2 2",
    ]);
    const steps = await told("joining", [three], [fourth("joining")], [fourth()]);
    assert.deepEqual(steps, [
      [[], "3 3 3"],
      [[], "3 3 3 2"],
      [[], "2 2 2 2"],
    ]);
  });

  it("are told where requirements are taken away, and not where each site keeps them for an update", async () => {
    const requires = { requires: { regions: ["frankfurt-1", "dublin-1"] } };
    const [, atOnce] = await told("requires", [three, requires], [three]);
    assert.equal(atOnce?.[1], "3 3 3");
    assert.match(
      atOnce?.[0].join() ?? "",
      /web from frankfurt \(6 -> 3\), dublin \(6 -> 3\) to milan \(0 -> 3\)\. .*: keep them for one update by `minimumPerSite` in the demand \(6 for Deployment shop\/web\)\.$/,
    );
    const steps = await told("minimum", [three, requires], [three, { minimumPerSite: 6 }], [three]);
    assert.deepEqual(steps, [
      [[], "6 6 0"],
      [[], "6 6 6"],
      [[], "3 3 3"],
    ]);
  });

  it("are told where sites may no longer run them, and not where the others run all of them before", async () => {
    const only = (...names: string[]) => ({ requires: { regions: names.map((name) => `${name}-1`) } });
    const advice =
      /: first let the sites of before and after run it in one update, by `requires` that all of them meet and `minimumPerSite` in the demand \(6 for Deployment shop\/web\), and narrow `requires` in the next\.$/;
    const all = { minimumPerSite: 6 };
    const rows: [name: string, before: Partial<WorkloadSpec>, between: Partial<WorkloadSpec>, pods: string[]][] = [
      ["narrowed", {}, all, ["3 3 3", "0 6 6"]],
      ["moved", only("frankfurt", "dublin"), { ...all, ...only("frankfurt", "dublin", "milan") }, ["6 6 0", "0 6 6"]],
    ];
    const next = only("dublin", "milan");
    for (const [name, before, between, [first, last]] of rows) {
      const [, atOnce] = await told(name, [three, before], [three, next]);
      assert.match(atOnce?.[0].join() ?? "", advice);
      const steps = await told(`${name}-first`, [three, before], [three, between], [three, next]);
      assert.deepEqual(steps, [
        [[], first],
        [[], "6 6 6"],
        [[], last],
      ]);
    }
  });

  it("are none where a lost site comes back", async () => {
    const third = (life: SiteState) => [...three.slice(0, 2), site("milan", 3, life)];
    const steps = await told("lost", [third("lost")], [third("drained")], [three]);
    assert.deepEqual(steps, [
      [[], "3 3 0"],
      [[], "3 3 3"],
      [[], "3 3 3"],
    ]);
  });

  it("are none where the sites that begin are ready before", async () => {
    const later = [site("dublin", 2), site("milan", 3), site("paris", 4)];
    const chained = { rollout: "siteBySite" };
    const [, first] = await told("first", [later, {}, chained], [[...later, site("frankfurt", 1)], {}, chained]);
    assert.deepEqual(first, [[], "2 2 2 2"]);
    const [, fewer] = await told("fewer", [three], [three, { replicas: 4 }]);
    assert.deepEqual(fewer, [[], "2 2 2"]);
  });
});

test("an object whose site is lost, and that is left to a default provider, is told", async (t) => {
  const folder = temporaryFolder(t);
  const object = (name: string, provider: string) =>
    `new k8s.core.v1.ConfigMap("${name}", { data: {} }, { provider: ${provider} });`;
  writeProgram(
    folder,
    `const k8s = require("@pulumi/kubernetes");
${PROGRAM}
${object("menu", "fleet.sites.dublin?.kubernetes")}
${object("prices", "fleet.sites.paris?.kubernetes")}
for (const [name, site] of Object.entries(fleet.sites)) new k8s.core.v1.ConfigMap("all-" + name, { data: {} }, { provider: site.kubernetes });
`,
  );
  const told = async (life: SiteState) => {
    const sites = [site("frankfurt", 1), site("dublin", 2), site("paris", 3, life)];
    const spec = { sites, demand: { cpu: 4 }, degradedUntil: "2999-12-31" };
    writeFileSync(
      join(folder, "spec.json"),
      JSON.stringify(life === "lost" ? spec : { ...spec, degradedUntil: undefined }),
    );
    const { stderr } = await commandLine(["rehearse", folder]);
    return stderr.split("\n").filter((line) => line.includes("default provider"));
  };
  assert.deepEqual(await told("active"), []);
  const [line = "", ...more] = await told("lost");
  assert.match(
    line,
    /^warning: ConfigMap prices is left to a default provider, which takes the cluster that kubectl is set to/,
  );
  assert.deepEqual(more, []);
});
