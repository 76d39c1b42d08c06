import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { capacityVerdict } from "../../lib/plan/capacity";
import { crowdingOf } from "../../lib/plan/daemonSets";
import { collide } from "../../lib/plan/exclusion";
import { capacityInputOf, fleetPlan } from "../../lib/plan/fleetPlan";
import { countPool, observe, capacitySite as observedSite } from "../../lib/plan/observed";
import { fits, type Resources, resources, subtract } from "../../lib/plan/resources";
import { mayRunOn, mightRunOn, type NodeTraits, podResources } from "../../lib/plan/schedulable";
import type { DaemonSetSpec, HostPortSpec, PoolSpec } from "../../lib/plan/spec";
import { urnOf } from "../support/packProcess";
import { threeClusters } from "../support/programs";
import { eksSite, existingSite } from "../support/specs";

const daemonSet = (name: string, more: Partial<DaemonSetSpec> = {}): DaemonSetSpec => ({
  ...{ name, cpu: 0.1, memoryGiB: 0.1 },
  ...more,
});

const on = (...hostPorts: HostPortSpec[]) => ({ hostPorts });

const POOLS: PoolSpec[] = [
  { name: "apps", machineType: "m6i.xlarge", nodes: 6 },
  { name: "edge", machineType: "m6i.xlarge", nodes: 3, taints: [{ key: "edge", effect: "NoSchedule" }] },
];

/** What the plan notes of DaemonSets, and its verdict. */
function planned(daemonSets: DaemonSetSpec[], pools = POOLS) {
  const { capacity } = fleetPlan({
    sites: [eksSite("frankfurt", 1, { pools }), eksSite("ireland", 2, { pools, region: "eu-west-1" })],
    demand: { workloads: [{ name: "web", replicas: 4, cpu: 0.5, memoryGiB: 0.5 }], daemonSets },
  });
  return { notes: capacity.notes.filter((note) => note.includes("DaemonSet")), capacity };
}

describe("two DaemonSets and the ports of their nodes", () => {
  const zone = (name: string) => ({ nodeSelector: { "topology.kubernetes.io/zone": name } });
  const pool = (name: string) => ({ nodeSelector: { "multisite-pool": name } });
  const tolerant = { tolerations: [{ operator: "Exists" as const }] };
  const http = on({ port: 80 });
  const apps = "pool apps of frankfurt, pool apps of ireland";
  const rows: [what: string, a: Partial<DaemonSetSpec>, b: Partial<DaemonSetSpec>, clash: string | undefined][] = [
    ["one port", http, on({ port: 443 }, { port: 80 }), `80/TCP of nodes of ${apps}`],
    ["two ports", http, on({ port: 443 }), undefined],
    ["one port of two protocols", http, on({ port: 80, protocol: "UDP" }), undefined],
    [
      "one port of two addresses",
      on({ port: 80, hostIP: "10.0.0.1" }),
      on({ port: 80, hostIP: "10.0.0.2" }),
      undefined,
    ],
    ["an address and all of them", on({ port: 80, hostIP: "10.0.0.1" }), http, `10.0.0.1:80/TCP of nodes of ${apps}`],
    ["one tolerates what keeps the other off", { ...http, ...tolerant }, http, `80/TCP of nodes of ${apps}`],
    ["each in its own pool", { ...http, ...pool("apps") }, { ...http, ...pool("edge"), ...tolerant }, undefined],
    ["each in its own zone", { ...http, ...zone("eu-central-1a") }, { ...http, ...zone("eu-central-1b") }, undefined],
    [
      "one in a zone, the other everywhere",
      { ...http, ...zone("eu-central-1a") },
      http,
      "80/TCP of nodes of pool apps of frankfurt",
    ],
  ];
  for (const [what, a, b, clash] of rows) {
    it(`${what}: ${clash === undefined ? "both run" : "one of them waits"}`, () => {
      const { notes, capacity } = planned([daemonSet("a", a), daemonSet("b", b)]);
      assert.equal(capacity.verdict, "holds");
      const note = `DaemonSets a and b both take host port ${clash}: one of the two waits there for ever. `;
      if (clash === undefined) assert.deepEqual(notes, []);
      else assert.ok(notes.length === 1 && notes[0]?.startsWith(note), notes.join("\n"));
    });
  }

  it("are told of many of them in a few lines", () => {
    const all = Array.from({ length: 6 }, (_, index) => daemonSet(`d${index}`, http));
    const { notes } = planned(all);
    assert.equal(notes.length, 9);
    assert.equal(notes.at(-1), "7 more notes of this kind on DaemonSets.");
  });
});

describe("DaemonSets that are too large for a node", () => {
  it("are blamed with their request and what the node has, and the workload is not", () => {
    const { notes, capacity } = planned([daemonSet("agent", { cpu: 6 }), daemonSet("small")]);
    assert.equal(capacity.verdict, "does not hold");
    assert.match(
      notes.join("\n"),
      /^DaemonSet agent asks for cpu 6, more than there is on a node of pool apps of frankfurt \(cpu 3\.92, of which the cluster's own pods take cpu 0\.\d+\), pool apps of ireland \(.*\): it waits there for ever, .*$/,
    );
    assert.doesNotMatch(capacity.notes.join("\n"), /Workload web/);
  });

  it("are named together where each alone finds room", () => {
    const { notes } = planned([daemonSet("a", { memoryGiB: 8 }), daemonSet("b", { memoryGiB: 8 })]);
    assert.match(
      notes.join("\n"),
      /^DaemonSets a, b ask together for memoryGiB 16, more than .*: one of them waits there/,
    );
  });

  it("are told of in clusters that exist and in programs without a Fleet", () => {
    const cidrs = { nodes: ["192.168.2.0/24"], pods: ["172.26.0.0/16"], services: ["172.27.0.0/16"] };
    const daemonSets = [daemonSet("agent", { cpu: 6 })];
    const { capacity } = fleetPlan({
      sites: [existingSite("one", 1), existingSite("two", 2, { cidrs })],
      demand: { cpu: 1, memoryGiB: 1, pods: 4, daemonSets },
    });
    assert.match(capacity.notes.join("\n"), /DaemonSet agent asks for cpu 6, .* of one \(cpu 4\), two \(cpu 4\): it/);
    const sent = threeClusters([6, 6, 6]).map((one) => ({
      ...{ propertyDependencies: {}, ignoreChanges: [], props: {}, ...one },
      urn: urnOf(one.type, one.name),
    }));
    const sites = observe(sent).sites.map((site) =>
      observedSite(
        site,
        site.pools.map((pool) => countPool(pool, daemonSets)),
        site.name,
      ),
    );
    const { notes } = capacityVerdict({ sites, demand: {}, tolerate: 1, faultDomain: "region" });
    assert.match(
      notes.join("\n"),
      /DaemonSet agent asks for cpu 6, .* of pool frankfurt-apps of frankfurt \(cpu 3\.92/,
    );
  });

  it("leave a workload to blame that would fit no node without them", () => {
    const demand = {
      workloads: [{ name: "web", replicas: 4, cpu: 9, memoryGiB: 1 }],
      daemonSets: [daemonSet("a", { cpu: 6 })],
    };
    const sites = [eksSite("frankfurt", 1), eksSite("ireland", 2, { region: "eu-west-1" })];
    assert.match(fleetPlan({ sites, demand }).capacity.notes.join("\n"), /Workload web .*fits no node/);
  });
});

test("DaemonSets are crowded exactly when there is one that finds no room after the others, whoever comes first", () => {
  const port = fc.record({ port: fc.constantFrom(80, 443), hostIP: fc.constantFrom("", "10.0.0.1", "10.0.0.2") });
  const any = fc.record({
    cpu: fc.constantFrom(0.1, 0.5, 1, 2, 5),
    memoryGiB: fc.constantFrom(0.1, 1),
    hostPorts: fc.array(port, { maxLength: 2 }),
  });
  const own = resources({ cpuMillis: 500, memoryMiB: 512, pods: 3 });
  const allocatable = resources({ cpuMillis: 4000, memoryMiB: 8192, pods: 8 });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (shapes, dice) => {
      const all = shapes.map((shape, index) => ({ name: `d${index}`, ...shape }));
      const order = all.map((one) => ({ one, at: dice.next().value ?? 0 })).sort((a, b) => a.at - b.at);
      const run = order.reduce<{ ran: DaemonSetSpec[]; left: Resources }>(
        ({ ran, left }, { one }) => {
          const isFree = ran.every((other) => !collide(one.hostPorts, other.hostPorts ?? []));
          const each = podResources(one);
          return isFree && fits(each, left) ? { ran: [...ran, one], left: subtract(left, each) } : { ran, left };
        },
        { ran: [], left: subtract(allocatable, own) },
      ).ran;
      assert.equal(crowdingOf(all, [{}], { allocatable, own }) === undefined, run.length === all.length);
    }),
  );
});

describe("a DaemonSet that asks for a label of nodes of a cluster that exists", () => {
  const cidrs = { nodes: ["192.168.2.0/24"], pods: ["172.26.0.0/16"], services: ["172.27.0.0/16"] };
  const sites = [existingSite("one", 1), existingSite("two", 2, { cidrs })];
  const rows: [label: string, value: string, on: string[], isNoted: boolean][] = [
    ["topology.kubernetes.io/zone", "munich", ["one", "two"], true],
    ["disk", "ssd", ["one", "two"], true],
    ["kubernetes.io/hostname", "worker-1", ["one", "two"], true],
    ["node.kubernetes.io/instance-type", "r740", ["one", "two"], true],
    ["topology.kubernetes.io/region", "one-1", ["one"], false],
    ["kubernetes.io/os", "linux", ["one", "two"], false],
    ["kubernetes.io/os", "windows", [], false],
    ["kubernetes.io/arch", "arm64", [], false],
    ["multisite-pool", "apps", [], false],
  ];
  for (const [label, value, on, isNoted] of rows) {
    it(`${label}=${value} counts in ${on.join(" and ") || "none"}${isNoted ? ", and is told" : ""}`, () => {
      const agent = daemonSet("agent", { nodeSelector: { [label]: value }, hostPorts: [{ port: 9100 }] });
      const demand = { workloads: [{ name: "web", replicas: 4, cpu: 0.5, memoryGiB: 0.5 }], daemonSets: [agent] };
      const plan = fleetPlan({ sites, demand });
      const input = capacityInputOf(plan).sites;
      for (const [index, { name, guaranteed }] of plan.sites.entries()) {
        const isOn = on.includes(name);
        assert.equal(guaranteed.cpuMillis, isOn ? 32_000 - 8 * 100 : 32_000, name);
        assert.deepEqual(
          input[index]?.nodeGroups.map(({ hostPorts }) => hostPorts),
          [isOn ? agent.hostPorts : []],
        );
      }
      const notes = plan.capacity.notes.filter((note) => note.includes("DaemonSet agent"));
      const told = `DaemonSet agent asks for nodes with ${label}=${value}, and nobody says whether they are in one, two: it is counted on all of the nodes there. `;
      if (isNoted) assert.ok(notes.length === 1 && notes[0]?.startsWith(told), notes.join("\n"));
      else assert.deepEqual(notes, []);
    });
  }

  it("does not share a node with one that asks for another value", () => {
    const on = (disk: string) => ({ nodeSelector: { disk }, hostPorts: [{ port: 80 }] });
    const notesOf = (disks: readonly string[]) =>
      fleetPlan({
        sites,
        demand: { cpu: 1, daemonSets: disks.map((disk, i) => daemonSet(`d${i}`, on(disk))) },
      }).capacity.notes.filter((note) => note.includes("80/TCP")).length;
    assert.deepEqual([notesOf(["ssd", "hdd"]), notesOf(["ssd", "ssd"])], [0, 1]);
  });
});

test("a DaemonSet of a zone counts on the pools of its region in programs without a Fleet", () => {
  const sent = threeClusters([6, 6, 6]).map((one) => ({
    ...{ propertyDependencies: {}, ignoreChanges: [], props: {}, ...one },
    urn: urnOf(one.type, one.name),
  }));
  const agent = daemonSet("agent", { nodeSelector: { "topology.kubernetes.io/zone": "eu-central-1a" } });
  const counted = observe(sent).sites.flatMap(({ name, pools }) =>
    pools.map((pool) => {
      const [without, with_] = [countPool(pool, []), countPool(pool, [agent])];
      assert.deepEqual(with_.assumed.length > 0, with_.perNode.cpuMillis < without.perNode.cpuMillis);
      return [name, pool.region, with_.assumed.map(({ labels }) => labels)] as const;
    }),
  );
  assert.ok(counted.length >= 3);
  for (const [name, region, assumed] of counted)
    assert.equal(assumed.length > 0, region === "eu-central-1", `${name} ${region}`);
});

test("a pod might run on a node exactly when it may for some values of the labels that nobody knows", () => {
  const keys = fc.constantFrom(
    "disk",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "kubernetes.io/os",
  );
  const values = fc.constantFrom("ssd", "hdd", "linux", "region-1", "region-1a");
  const labels = fc.dictionary(keys, values, { maxKeys: 3 });
  const node: fc.Arbitrary<NodeTraits> = fc.record({
    labels,
    openLabels: fc.oneof(fc.constant("any" as const), fc.constant({ "topology.kubernetes.io/zone": "region-1" })),
    taints: fc.constantFrom([], [{ key: "edge", effect: "NoSchedule" as const }]),
  });
  fc.assert(
    fc.property(labels, node, (nodeSelector, { openLabels = {}, ...known }) => {
      const pod = { cpu: 1, memoryGiB: 1, nodeSelector };
      // Of all values that a label may have, only the one that is asked for matters.
      const free = Object.entries(nodeSelector).filter(
        ([key, value]) =>
          key !== "kubernetes.io/os" && (openLabels === "any" || value.startsWith(openLabels[key] ?? "-")),
      );
      const best = { ...known, labels: { ...Object.fromEntries(free), ...known.labels } };
      assert.equal(mightRunOn(pod, { ...known, openLabels }), mayRunOn(pod, best));
    }),
  );
});
