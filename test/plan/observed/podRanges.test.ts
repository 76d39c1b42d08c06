import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { countPool, type ObservedResource, observe, podRanges, UNKNOWN } from "../../../lib/plan/observed";
import { urnOf } from "../../support/packProcess";
import { AKS, AKS_POOL, EKS, EKS_POOL, GKE, GKE_POOL } from "../../support/programs";

function resource(type: string, name: string, props: object, from: object = {}): ObservedResource {
  const given = Object.fromEntries(Object.keys(props).map((property) => [property, []]));
  return { urn: urnOf(type, name), type, name, props, ignoreChanges: [], propertyDependencies: { ...given, ...from } };
}

const gke = (policy: object = { clusterIpv4CidrBlock: "10.4.0.0/20" }) =>
  resource(GKE, "c", { name: "c", location: "europe-west1-b", ipAllocationPolicy: policy });
/** A zonal pool of 110 pods a node, which takes a /24 for each. */
const pool = (props: object, name = "p") =>
  resource(
    GKE_POOL,
    name,
    { name, location: "europe-west1-b", nodeCount: 3, nodeConfig: { machineType: "n2-standard-4" }, ...props },
    { cluster: [urnOf(GKE, "c")] },
  );
const aks = (network: object = { podCidr: "10.244.0.0/16" }, more: object = {}) =>
  resource(AKS, "c", { name: "c", location: "westeurope", networkProfile: network, ...more });
const agents = (props: object, name = "p") =>
  resource(AKS_POOL, name, { vmSize: "Standard_D4s_v5", count: 3, ...props }, { resourceName: [urnOf(AKS, "c")] });

/** The ranges of the only site, in short. */
function ranges(...resources: ObservedResource[]): [string, number, number, string?][] {
  const [site, ...others] = observe(resources).sites;
  assert.ok(site !== undefined && others.length === 0);
  const found = podRanges(
    site,
    site.pools.map((one) => countPool(one, [])),
  );
  return found.map(({ cidr, needed, surge, pools }) =>
    pools.length === 0 ? [cidr, needed, surge] : [cidr, needed, surge, pools.join()],
  );
}

const SHARED = "10.4.0.0/20";
const OVERLAY = "10.244.0.0/16";
const own = (networkConfig: object) => ({ networkConfig });
const surge = (upgradeSettings: object) => ({ upgradeSettings });

const cases: [title: string, resources: ObservedResource[], expected: [string, number, number, string?][]][] = [
  ["GKE: one node more", [gke(), pool({})], [[SHARED, 4 * 256, 1]]],
  ["GKE: a surge of two", [gke(), pool(surge({ maxSurge: 2 }))], [[SHARED, 5 * 256, 2]]],
  ["GKE: none, and a node fewer", [gke(), pool(surge({ maxSurge: 0, maxUnavailable: 1 }))], [[SHARED, 3 * 256, 0]]],
  ["GKE: no more than the pool has", [gke(), pool(surge({ maxSurge: 20 }))], [[SHARED, 6 * 256, 3]]],
  ["GKE: blue-green", [gke(), pool(surge({ strategy: "BLUE_GREEN" }))], [[SHARED, 6 * 256, 3]]],
  ["GKE: flex-start", [gke(), pool(surge({ strategy: "SHORT_LIVED" }))], [[SHARED, 3 * 256, 0]]],
  ["GKE: a surge that is not known", [gke(), pool(surge({ maxSurge: UNKNOWN }))], [[SHARED, 4 * 256, 1]]],
  [
    "GKE: pools of different pods per node",
    [gke(), pool({}), pool({ maxPodsPerNode: 32 }, "small"), pool({ maxPodsPerNode: 256 }, "large")],
    [[SHARED, 4 * (256 + 64 + 512), 3]],
  ],
  [
    "GKE: no addresses beyond the pods",
    [gke(), pool(own({ podCidrOverprovisionConfig: { disabled: true } }))],
    [[SHARED, 4 * 128, 1]],
  ],
  [
    "GKE: spot pools too",
    [gke(), pool({ nodeConfig: { machineType: "n2-standard-4", spot: true } })],
    [[SHARED, 4 * 256, 1]],
  ],
  ["GKE: machines that nobody knows", [gke(), pool({ nodeConfig: { machineType: "n9" } })], [[SHARED, 4 * 256, 1]]],
  [
    "GKE: the least of an autoscaled pool",
    [gke(), pool({ autoscaling: { minNodeCount: 2, maxNodeCount: 90 } })],
    [[SHARED, 3 * 256, 1]],
  ],
  [
    "GKE: a range of a pool's own, and the cluster's for the others",
    [gke(), pool({}), pool(own({ podRange: "more", podIpv4CidrBlock: "10.5.0.0/22" }), "apart")],
    [
      [SHARED, 4 * 256, 1],
      ["10.5.0.0/22", 4 * 256, 1, "apart"],
    ],
  ],
  [
    "GKE: one range of two pools, by its name",
    [
      gke(),
      pool(own({ podRange: "more", podIpv4CidrBlock: "10.5.0.0/22" }), "a"),
      pool(own({ podRange: "more" }), "b"),
    ],
    [["10.5.0.0/22", 8 * 256, 2, "a,b"]],
  ],
  [
    "GKE: the cluster's range, as an update answers it",
    [gke(), pool(own({ podRange: "gke-c-pods", podIpv4CidrBlock: SHARED }))],
    [[SHARED, 4 * 256, 1]],
  ],
  ["GKE: a range of which only the name is known", [gke(), pool(own({ podRange: "more" }))], []],
  ["GKE: a range that is not known", [gke(), pool(own({ podRange: UNKNOWN }))], []],
  [
    "GKE: a cluster of several ranges",
    [gke({ clusterIpv4CidrBlock: SHARED, additionalPodRangesConfig: { podRangeNames: ["more"] } }), pool({})],
    [],
  ],
  ["GKE: a cluster whose range Google chooses", [gke({ clusterIpv4CidrBlock: "/20" }), pool({})], []],
  ["AKS: a tenth more, rounded up", [aks(), agents({ count: 15 })], [[OVERLAY, 17 * 256, 2]]],
  ["AKS: thirty and three", [aks(), agents({ count: 30 })], [[OVERLAY, 33 * 256, 3]]],
  ["AKS: a number", [aks(), agents(surge({ maxSurge: "2" }))], [[OVERLAY, 5 * 256, 2]]],
  ["AKS: a percentage", [aks(), agents(surge({ maxSurge: "50%" }))], [[OVERLAY, 5 * 256, 2]]],
  ["AKS: none", [aks(), agents(surge({ maxSurge: "0", maxUnavailable: "1" }))], [[OVERLAY, 3 * 256, 0]]],
  ["AKS: a /24 whatever the pods", [aks(), agents({ maxPods: 30 })], [[OVERLAY, 4 * 256, 1]]],
  ["AKS: spot pools, with no surge", [aks(), agents({ scaleSetPriority: "Spot" })], [[OVERLAY, 3 * 256, 0]]],
  [
    "AKS: system pools",
    [aks(), agents({ nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"] })],
    [[OVERLAY, 4 * 256, 1]],
  ],
  ["AKS: Windows pools", [aks(), agents({ osType: "Windows" })], [[OVERLAY, 4 * 256, 1]]],
  ["AKS: no stopped pool", [aks(), agents({ powerState: { code: "Stopped" } })], []],
  [
    "AKS: no pool whose pods have a subnet",
    [aks(), agents({ podSubnetID: UNKNOWN }), agents({}, "q")],
    [[OVERLAY, 4 * 256, 1]],
  ],
  [
    "AKS: pools of the cluster itself",
    [aks(undefined, { agentPoolProfiles: [{ name: "s", vmSize: "Standard_D4s_v5", count: 3 }] })],
    [[OVERLAY, 4 * 256, 1]],
  ],
  [
    "EKS: addresses one by one",
    [
      resource(EKS, "c", { name: "c" }),
      resource(
        EKS_POOL,
        "p",
        { scalingConfig: { minSize: 3, desiredSize: 3, maxSize: 3 } },
        { clusterName: [urnOf(EKS, "c")] },
      ),
    ],
    [],
  ],
];

describe("ranges of pod addresses", () => {
  for (const [title, resources, expected] of cases) {
    it(title, () => assert.deepEqual(ranges(...resources), expected));
  }

  it("what is not known of them costs a pool no capacity", () => {
    const open = { ...own({ podRange: UNKNOWN }), ...surge({ maxSurge: UNKNOWN, strategy: UNKNOWN }) };
    const [found] = observe([gke(), pool(open)]).sites.flatMap(({ pools }) => pools);
    assert.deepEqual(found?.unknown, []);
  });

  it("need for several pools what each needs alone", () => {
    const one = fc.record({
      nodeCount: fc.integer({ min: 0, max: 20 }),
      maxPodsPerNode: fc.integer({ min: 8, max: 256 }),
      upgradeSettings: fc.record({ maxSurge: fc.integer({ min: 0, max: 20 }) }),
      isApart: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 5 }), (all) => {
        const pools = all.map(({ isApart, ...props }, i) =>
          pool({ ...props, ...(isApart && own({ podIpv4CidrBlock: "10.5.0.0/16" })) }, `p${i}`),
        );
        const total = (found: ReturnType<typeof ranges>) => found.reduce((sum, [, needed]) => sum + needed, 0);
        const alone = pools.reduce((sum, each) => sum + total(ranges(gke(), each)), 0);
        assert.equal(total(ranges(gke(), ...pools)), alone);
      }),
    );
  });
});
