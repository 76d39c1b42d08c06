import assert from "node:assert/strict";
import { test } from "node:test";
import { faultDomainOf, isCloud, providerOf } from "../../lib/plan/faultDomains";
import { exception, stateFacts } from "../../lib/plan/life";
import { overheadPerNode, systemPods } from "../../lib/plan/overhead";
import { coordinatesOf, defaultZones } from "../../lib/plan/places";
import { specProblems } from "../../lib/plan/problems";
import { ZERO } from "../../lib/plan/resources";
import { runFrom } from "../../lib/plan/runFrom";
import type { DaemonSetSpec, SiteSpec } from "../../lib/plan/spec";
import { systemCapable, systemPool } from "../../lib/plan/systemPool";
import {
  CILIUM,
  DEFAULT_KUBERNETES_VERSION,
  eksAddons,
  KUBERNETES_VERSIONS,
  supportedUntil,
} from "../../lib/plan/versions";
import { eksSite, existingSite, fleetSpec } from "../support/specs";
import { mixedFleet } from "./mutations";

const zones = ["eu-central-1b", "eu-central-1a"];

test("a fault domain is a provider, a region or the site's zones, unless the site names it", () => {
  const site = eksSite("frankfurt", 1);
  assert.equal(faultDomainOf(site, zones, "provider"), "aws");
  assert.equal(faultDomainOf(site, zones, "region"), "aws/eu-central-1");
  assert.equal(faultDomainOf(site, zones, "zone"), "aws/eu-central-1/eu-central-1a+eu-central-1b");
  assert.equal(faultDomainOf({ ...site, faultDomain: "hall-2" }, zones, "region"), "hall-2");
  assert.equal(faultDomainOf(existingSite("cellar", 2), [], "zone"), "vsphere/cellar-1");
  assert.equal(providerOf(existingSite("cellar", 2)), "vsphere");
  assert.ok(isCloud("gcp") && !isCloud("vsphere"));
});

test("at level zone, domains whose zones touch but differ are a problem; equal or apart they are none", () => {
  const fleet = (one: string[], other: string[], change: Partial<SiteSpec> = {}) =>
    specProblems(
      fleetSpec(
        [
          eksSite("one", 1, { zones: one.map((zone) => `us-east-1${zone}`), region: "us-east-1" }),
          {
            ...eksSite("other", 2, { zones: other.map((zone) => `us-east-1${zone}`), region: "us-east-1" }),
            ...change,
          } as SiteSpec,
        ],
        { faultDomain: "zone" },
      ),
    );
  assert.deepEqual(fleet(["a", "b"], ["c", "d"]), []);
  assert.deepEqual(fleet(["a", "b"], ["b", "a"]), []);
  assert.match(fleet(["a", "b"], ["b", "c"])[0]?.message ?? "", /us-east-1b in common with site "one"/);
  assert.deepEqual(fleet(["a", "b"], ["b", "c"], { faultDomain: "mine" }), []);
});

test("at level zone, a cluster of unknown zones beside another of its region must name its domain", () => {
  const aws = existingSite("cellar", 2, { provider: "aws", region: "eu-central-1" });
  const problems = (site: SiteSpec) =>
    specProblems(fleetSpec([eksSite("frankfurt", 1), site], { faultDomain: "zone" }));
  assert.match(problems(aws)[0]?.path ?? "", /^sites\[1\]\.faultDomain$/);
  assert.deepEqual(problems({ ...aws, faultDomain: "cellar" }), []);
});

test("only active sites serve, only lost ones are skipped", () => {
  const facts = (["joining", "active", "drained", "lost", "leaving", undefined] as const).map(stateFacts);
  assert.deepEqual(
    facts.map((one) => one.serves),
    [false, true, false, false, false, true],
  );
  assert.deepEqual(
    facts.map((one) => one.built),
    [true, true, true, false, true, true],
  );
  assert.deepEqual(
    facts.map((one) => one.meshed),
    [true, true, true, false, false, true],
  );
});

test("an exception ends after its last day", () => {
  assert.deepEqual(exception([], undefined, "2026-01-01"), { degraded: true, notes: [] });
  assert.equal(exception(["a"], "2026-05-01", "2026-05-01").degraded, true);
  assert.equal(exception(["a"], "2026-05-01", "2026-05-02").degraded, false);
  assert.equal(exception(["a"], "2026-05-01").degraded, true);
  assert.match(exception(["a", "b"], "2026-05-01").notes[0] ?? "", /Sites a, b are lost: until 2026-05-01/);
});

test("who reaches the API decides from where up must run", () => {
  const at = { network: "10.1.0.0/18" };
  const [eks, gke, aks, old] = mixedFleet().sites as SiteSpec[];
  assert.match(runFrom(eks as SiteSpec, at), /^From 203\.0\.114\.0\/24, the ranges that site frankfurt allows\.$/);
  assert.match(runFrom(gke as SiteSpec, at), /^From anywhere.*IAM of project shop-production/);
  assert.match(runFrom(aks as SiteSpec, at), /^From inside: .*10\.1\.0\.0\/18, westeurope/);
  assert.match(runFrom(old as SiteSpec, at), /kubeconfig of site cellar/);
});

test("a node carries the cluster's own pods and the DaemonSets that may run on it", () => {
  const daemonSet: DaemonSetSpec = { name: "agent", cpu: 0.2, memoryGiB: 0.25 };
  const tainted = { taints: [{ key: "gpu", effect: "NoSchedule" as const }] };
  for (const kind of ["eks", "gke", "aks"] as const) {
    const own = overheadPerNode(kind, {}, []);
    assert.ok(own.cpuMillis > 0 && own.memoryMiB > 0 && own.pods === systemPods(kind).length);
    const open = overheadPerNode(kind, {}, [daemonSet]);
    assert.deepEqual(
      [open.cpuMillis, open.memoryMiB, open.pods],
      [own.cpuMillis + 200, own.memoryMiB + 256, own.pods + 1],
    );
    const closed = overheadPerNode(kind, tainted, [daemonSet]);
    const everyNode = systemPods(kind).filter((pod) => pod.runsOn === "every node");
    assert.equal(
      closed.pods,
      everyNode.length,
      "neither Deployments of the cluster nor what does not tolerate the taint",
    );
    const tolerant = { ...daemonSet, tolerations: [{ operator: "Exists" as const }] };
    assert.equal(overheadPerNode(kind, tainted, [tolerant]).pods, closed.pods + 1);
    assert.equal(
      overheadPerNode(kind, { architecture: "arm64" }, [{ ...daemonSet, architectures: ["amd64"] }]).pods,
      own.pods,
    );
  }
  assert.deepEqual(overheadPerNode("existing", {}, []), ZERO);
  assert.equal(overheadPerNode("existing", {}, [daemonSet]).cpuMillis, 200);
  for (const pod of [...systemPods("eks"), ...systemPods("gke"), ...systemPods("aks")]) {
    assert.match(pod.date, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(pod.source.length > 0);
  }
});

test("the system pool of AKS is the first that can be it", () => {
  const can = { nodes: 1, maximumPods: 30 };
  const table: [object, boolean][] = [
    [can, true],
    [{ ...can, nodes: 0 }, false],
    [{ ...can, spot: true }, false],
    [{ ...can, maximumPods: 29 }, false],
    [{ ...can, taints: [{ key: "a", effect: "NoSchedule" }] }, false],
    [{ ...can, taints: [{ key: "a", effect: "PreferNoSchedule" }] }, true],
    [{ ...can, taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }] }, true],
  ];
  for (const [pool, expected] of table) assert.equal(systemCapable(pool, undefined), expected, JSON.stringify(pool));
  assert.equal(systemPool([{ nodes: 0 }, { nodes: 2 }, { nodes: 3 }], () => undefined)?.nodes, 2);
});

test("zones and coordinates come from the region unless the site gives them", () => {
  assert.deepEqual(defaultZones(existingSite("cellar", 2)), []);
  assert.deepEqual(defaultZones(eksSite("a", 1, { zones: ["x"] })), ["x"]);
  assert.deepEqual(defaultZones(eksSite("a", 1, { region: "nowhere-1" })), []);
  assert.equal(coordinatesOf(existingSite("cellar", 2)), undefined);
  assert.deepEqual(coordinatesOf(eksSite("a", 1, { coordinates: { latitude: 1, longitude: 2 } })), {
    latitude: 1,
    longitude: 2,
  });
  const unknown = { region: "xx-new-1", zones: ["xx-new-1a", "xx-new-1b"], coordinates: { latitude: 1, longitude: 2 } };
  assert.deepEqual(specProblems(fleetSpec([eksSite("a", 1, unknown), eksSite("b", 2)])), []);
});

test("every version has what the clouds need, and the default is one of them", () => {
  assert.ok(KUBERNETES_VERSIONS.includes(DEFAULT_KUBERNETES_VERSION));
  for (const minor of KUBERNETES_VERSIONS) {
    for (const version of Object.values(eksAddons(minor))) assert.match(version, /^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    for (const kind of ["eks", "aks"] as const) assert.match(supportedUntil(kind, minor) ?? "", /^20\d\d-\d\d-\d\d$/);
  }
  assert.throws(() => eksAddons("1.2"), RangeError);
  assert.equal(CILIUM.offline.version, `v${CILIUM.version}`);
});
