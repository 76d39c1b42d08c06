import fc from "fast-check";
import type {
  AksSiteSpec,
  DemandSpec,
  EksSiteSpec,
  ExistingSiteSpec,
  FleetSpec,
  GkeSiteSpec,
  PoolSpec,
  SiteKind,
  SiteSpec,
  WorkloadSpec,
} from "../../lib/plan/spec";

/** Regions that every version of the catalogue knows, with three zones each. */
const REGIONS: Readonly<Record<SiteKind, readonly string[]>> = {
  eks: ["eu-central-1", "eu-west-1", "us-east-2", "ap-southeast-2", "sa-east-1"],
  gke: ["europe-west1", "europe-west4", "us-east1", "asia-southeast1", "us-central1"],
  aks: ["westeurope", "northeurope", "eastus2", "uksouth", "japaneast"],
  existing: ["dc1", "dc2", "dc3"],
};

const MACHINES: Readonly<Record<Exclude<SiteKind, "existing">, readonly string[]>> = {
  eks: ["m6i.large", "m6i.xlarge", "c6i.2xlarge", "m7g.xlarge", "r6i.xlarge"],
  gke: ["e2-standard-4", "n2-standard-4", "n2-standard-8", "n2d-standard-4"],
  aks: ["Standard_D4s_v5", "Standard_D8s_v5", "Standard_E4s_v5"],
};

const ZONES = 3;

/** A value, or nothing: an absent property, never one that is undefined. */
function optional<T, K extends string>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<{ [P in K]?: T }> {
  return fc.option(value, { nil: undefined }).map((one) => (one === undefined ? {} : { [key]: one })) as fc.Arbitrary<{
    [P in K]?: T;
  }>;
}

/** Merges what optional properties and the rest give. */
function merged<T>(...parts: fc.Arbitrary<object>[]): fc.Arbitrary<T> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as T);
}

const labels = fc.dictionary(fc.constantFrom("team", "example.com/tier", "disk"), fc.constantFrom("a", "b-1", ""), {
  maxKeys: 2,
});

/** A pool of a kind of cluster that workloads may use. Nodes are a multiple of three, as GKE asks in three zones. */
export function poolSpecs(kind: Exclude<SiteKind, "existing">, name: string): fc.Arbitrary<PoolSpec> {
  return merged<PoolSpec>(
    fc.record({
      name: fc.constant(name),
      machineType: fc.constantFrom(...MACHINES[kind]),
      nodes: fc.integer({ min: 1, max: 3 }).map((each) => each * ZONES),
    }),
    optional("labels", labels),
    optional("maximumPods", fc.constantFrom(30, 64, 110)),
    optional("diskGiB", fc.integer({ min: 30, max: 2048 })),
    optional("surgeNodes", fc.integer({ min: 1, max: 2 })),
    optional("spot", fc.constant(false)),
  ).chain((pool) =>
    merged<PoolSpec>(fc.constant(pool), optional("maximumNodes", fc.integer({ min: pool.nodes, max: pool.nodes + 6 }))),
  );
}

function pools(kind: Exclude<SiteKind, "existing">): fc.Arbitrary<PoolSpec[]> {
  const special = poolSpecs(kind, "special").map(
    (pool): PoolSpec => ({
      ...pool,
      taints: [{ key: "dedicated", value: "special", effect: "NoSchedule" }],
    }),
  );
  return fc.oneof(
    fc.tuple(poolSpecs(kind, "apps")),
    fc.tuple(poolSpecs(kind, "apps"), poolSpecs(kind, "more")),
    fc.tuple(poolSpecs(kind, "apps"), special),
  );
}

const GUIDS = ["0a000000-1111-2222-3333-444444444444", "0B000000-1111-2222-3333-444444444444"];

function common(kind: SiteKind, name: string, number: number): fc.Arbitrary<object> {
  return merged(
    fc.record({ kind: fc.constant(kind), name: fc.constant(name), number: fc.constant(number) }),
    fc.record({ region: fc.constantFrom(...REGIONS[kind]) }),
    optional("state", fc.constantFrom("active", "joining", "drained", "leaving")),
    optional("faultDomain", fc.constant(`domain-${number}`)),
    optional(
      "tags",
      fc.dictionary(fc.constantFrom("owner", "cost-centre"), fc.constantFrom("a", "42"), { maxKeys: 2 }),
    ),
  );
}

function built(kind: Exclude<SiteKind, "existing">): fc.Arbitrary<object> {
  const access = [
    { mode: "private" },
    { mode: "allowlist", cidrs: ["203.0.114.0/24", "198.18.0.0/24"] },
    ...(kind === "gke" ? [{ mode: "dns" }] : []),
  ];
  return merged(
    fc.record({ apiAccess: fc.constantFrom(...access), pools: pools(kind) }),
    optional("kubernetesVersion", fc.constantFrom("1.34", "1.35")),
    optional("auditLogDays", fc.constantFrom(30, 90, 365)),
  );
}

/** A site of a kind, with its name and number given. */
export function siteSpecs(kind: SiteKind, name: string, number: number): fc.Arbitrary<SiteSpec> {
  const shared = common(kind, name, number);
  switch (kind) {
    case "eks":
      return merged<EksSiteSpec>(
        shared,
        built(kind),
        fc.record({ account: fc.constantFrom("123456789012", "210987654321") }),
      );
    case "gke":
      return merged<GkeSiteSpec>(
        shared,
        built(kind),
        fc.record({ project: fc.constantFrom("shop-production", "shop-2") }),
      );
    case "aks":
      return merged<AksSiteSpec>(
        shared,
        built(kind),
        fc.record({
          subscription: fc.constantFrom(...GUIDS),
          tenant: fc.constant(GUIDS[0] as string),
          administrators: fc.constantFrom([GUIDS[0] as string], [...GUIDS]),
        }),
      );
    case "existing":
      return merged<ExistingSiteSpec>(
        shared,
        fc.record({
          provider: fc.constantFrom("vsphere", "openstack"),
          identity: fc.uuid(),
          allocatable: fc.record({
            cpu: fc.integer({ min: 4, max: 400 }),
            memoryGiB: fc.integer({ min: 16, max: 1600 }),
            pods: fc.integer({ min: 110, max: 1100 }),
            nodes: fc.integer({ min: 1, max: 10 }),
            verifiedAt: fc.constantFrom("2026-01-15", "2024-02-29"),
          }),
          cidrs: fc.constant({
            nodes: [`192.168.${number}.0/25`],
            pods: [`172.${number < 128 ? 18 : 19}.${(number % 128) * 2}.0/23`],
            services: [`192.168.${number}.128/25`],
          }),
        }),
      );
  }
}

const workloads: fc.Arbitrary<WorkloadSpec[]> = fc.uniqueArray(
  merged<WorkloadSpec>(
    fc.record({
      name: fc.constantFrom("web", "api", "shop/cart", "shop/checkout", "worker"),
      replicas: fc.integer({ min: 0, max: 60 }),
      cpu: fc.constantFrom(0, 0.1, 0.25, 1, 2),
      memoryGiB: fc.constantFrom(0, 0.125, 0.5, 2),
    }),
    optional("minimumPerSite", fc.integer({ min: 0, max: 3 })),
    optional("priority", fc.constantFrom("critical", "sheddable")),
    optional("onePerNode", fc.constantFrom(false, false, true)),
    optional("hostPorts", fc.constantFrom([], [{ port: 80 }], [{ port: 53, protocol: "UDP", hostIP: "10.0.0.1" }])),
  ),
  { selector: (one) => one.name, maxLength: 4 },
);

/** A demand that asks for something. */
export const demandSpecs: fc.Arbitrary<DemandSpec> = merged<DemandSpec>(
  fc.record({ cpu: fc.integer({ min: 1, max: 100 }) }),
  optional("memoryGiB", fc.integer({ min: 0, max: 400 })),
  optional("pods", fc.integer({ min: 0, max: 500 })),
  optional("workloads", workloads),
  optional(
    "daemonSets",
    fc.constant([
      { name: "node-exporter", cpu: 0.05, memoryGiB: 0.0625, tolerations: [{ operator: "Exists" as const }] },
    ]),
  ),
);

/** Names that differ by more than "-". */
const NAMES = [
  "frankfurt",
  "dublin",
  "ohio",
  "sydney",
  "paulo",
  "belgium",
  "holland",
  "carolina",
  "singapore",
  "iowa",
  "london",
  "osaka",
  "virginia",
  "a",
  "site-of-the-north-with-long-name",
];

export interface FleetShape {
  readonly minimumSites?: number;
  readonly maximumSites?: number;
  readonly kinds?: readonly SiteKind[];
}

/** Specs without problems: any kinds, numbers, pools, states and settings, as far as the options let them. */
export function fleetSpecs(shape: FleetShape = {}): fc.Arbitrary<FleetSpec> {
  const { minimumSites = 2, maximumSites = 7, kinds = ["eks", "gke", "aks", "existing"] } = shape;
  const places = fc.record({
    kinds: fc.array(fc.constantFrom(...kinds), { minLength: minimumSites, maxLength: maximumSites }),
    names: fc.shuffledSubarray(NAMES, { minLength: maximumSites, maxLength: maximumSites }),
    numbers: fc.uniqueArray(fc.integer({ min: 1, max: 127 }), {
      minLength: maximumSites + 2,
      maxLength: maximumSites + 2,
    }),
  });
  return places.chain(({ kinds: chosen, names, numbers }) =>
    merged<FleetSpec>(
      fc.record({
        sites: fc.tuple(...chosen.map((kind, i) => siteSpecs(kind, names[i] as string, numbers[i] as number))),
        demand: demandSpecs,
      }),
      optional("tolerate", fc.integer({ min: 1, max: 3 })),
      optional("faultDomain", fc.constantFrom("provider", "region")),
      optional("headroom", fc.constantFrom(0, 0.1, 0.5)),
      optional("retired", fc.constantFrom([], numbers.slice(-2))),
      optional("tags", fc.constantFrom({}, { service: "shop" })),
      optional("addresses", addresses),
    ),
  );
}

const addresses = fc.constantFrom(
  {},
  { pool: "10.0.0.0/8" },
  { blockPrefix: 15 },
  { blockPrefix: 17, maximumSites: 511 as const },
  { reserved: ["172.20.0.0/14", "10.0.0.0/16"] },
);

/** Anything that a program or a file may hand in, hostile values included. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.func(fc.anything()) },
);
