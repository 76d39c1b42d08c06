import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FleetSpec, regionNames, type SiteSpec } from "pulumi-multisite/plan";
import { demandFromObjects } from "../../lib/plan/demand";
import { rules } from "../../policy/policies";
import { type Settings, settingsSchema } from "../../policy/settings";
import { eks, existing, fleetOf, type Given, onFleet, onResource, UNKNOWN_VALUE } from "./fakes";

/** A fleet of EKS sites that two of three carry: 3 nodes offer 10.29 cores. */
const three = (pool: object = {}, demand: object = { cpu: 20, memoryGiB: 60, pods: 200 }): FleetSpec =>
  ({ sites: [eks(0, pool), eks(1, {}), eks(2, {})], demand }) as FleetSpec;

const N = {
  topology: "n1-001-topology-declared",
  known: "n1-002-capacity-known",
  count: "n1-003-site-count",
  loss: "n1-004-site-loss-aggregate",
  overload: "n1-005-survivor-overload",
  maximum: "n1-006-guaranteed-not-max",
  spot: "n1-007-interruptible",
  correlated: "n1-008-correlated-sites",
  shared: "n1-008-shared-dependency",
  largest: "n1-011-largest-pod-fits",
  stale: "n1-019-stale-facts",
} as const;

/** What each rule says of each fleet: the exact messages. */
const cases: [title: string, rule: string, spec: unknown, messages: string[], given?: Given][] = [
  [
    "components' inputs are hidden",
    N.topology,
    undefined,
    [
      'Fleet "shop": no demand/sites visible to the policy; N+1 cannot be proven. (Is PULUMI_NODEJS_SKIP_COMPONENT_INPUTS set?)',
    ],
  ],
  [
    "a demand without memory",
    N.topology,
    fleetOf([50, 50, 50], 0, { demand: { cpu: 100, pods: 100 } }),
    ['Fleet "shop": no demand of memory visible to the policy; N+1 cannot be proven. Add it to `spec.demand`.'],
  ],
  [
    "a demand without memory, which is not asked for",
    N.topology,
    fleetOf([50, 50, 50], 0, { demand: { cpu: 100, pods: 100 } }),
    [],
    { shared: { resources: ["cpu", "pods"] } },
  ],
  ["a whole fleet", N.topology, fleetOf([50, 50, 50], 100), []],

  [
    "unknown nodes",
    N.known,
    three({ nodes: UNKNOWN_VALUE }),
    [
      'Fleet "shop": spec.sites[0].pools[0].nodes of site e1 is unknown at preview. Give a literal, or set the pool\'s `allocatable`.',
    ],
  ],
  ["all known", N.known, three(), []],

  [
    "two sites of one region",
    N.count,
    fleetOf([100, 100], 100, { sites: [existing(0, 100), { ...existing(1, 100), region: "eu-central-1" }] }),
    ["1 fault domain for 1 tolerated failure: need 2. Add sites in other fault domains."],
  ],
  [
    "two sites and a store with a quorum",
    N.count,
    fleetOf([100, 100], 100),
    [
      '2 fault domains for 1 tolerated failure: need 3 for quorum store "etcd". Two sites cannot keep a majority. Add sites in other fault domains.',
    ],
    { shared: { quorum: ["etcd"] } },
  ],
  [
    "the pack tolerates two losses",
    N.count,
    fleetOf([100, 100], 100),
    ["2 fault domains for 2 tolerated failures: need 3. Add sites in other fault domains."],
    { shared: { failuresToTolerate: 2 } },
  ],
  ["two sites in two regions", N.count, fleetOf([100, 100], 100), []],

  [
    "nearest routing",
    N.overload,
    fleetOf([50, 50, 50], 100),
    [
      'Losing s3: routing "nearest" sends its 33.3% to s1, which would need 66.667 cpu and guarantees 50. Use routing "spread".',
    ],
    { shared: { routing: { model: "nearest" } } },
  ],
  [
    "nearest routing with room",
    N.overload,
    fleetOf([67, 67, 67], 100),
    [],
    { shared: { routing: { model: "nearest" } } },
  ],
  ["spread routing", N.overload, fleetOf([50, 50, 50], 100), []],
  [
    "unknown routing, and nodes that can be added",
    N.overload,
    three(),
    [
      'Losing e3: routing "unknown" sends its 33.3% to e1, which would need 13.333 cpu and guarantees 10.29. Use routing "spread" or add 1 x m6i.xlarge.',
    ],
    { shared: { routing: { model: "unknown" } } },
  ],

  [
    "an autoscaler's maximum hides the shortage",
    N.maximum,
    three({ nodes: 2, maximumNodes: 6 }),
    [
      'Pool apps at e1: only 2 of 6 nodes are guaranteed; autoscaling during an outage is not counted (static stability). Fleet "shop" would hold only with all of them.',
    ],
  ],
  ["an autoscaler above what is needed", N.maximum, three({ maximumNodes: 6 }), []],
  [
    "not even the maximum suffices",
    N.maximum,
    three({ nodes: 1, maximumNodes: 2 }, { cpu: 90, memoryGiB: 60, pods: 200 }),
    [],
  ],

  [
    "spot machines hide the shortage",
    N.spot,
    three({ spot: true }),
    ['Pool apps at e1 is interruptible and counts as 0. Fleet "shop" would hold only with its 3 nodes.'],
  ],
  ["spot machines beside enough others", N.spot, three({ spot: true }, { cpu: 10, memoryGiB: 20, pods: 50 }), []],

  [
    "two sites in one region",
    N.correlated,
    fleetOf([50, 50, 50], 50, {
      sites: [existing(0, 50), existing(1, 50), { ...existing(2, 50), region: "eu-west-1" }],
    }),
    ["Sites s2 and s3 are both in aws/eu-west-1: counted as one fault domain."],
  ],
  ["three regions", N.correlated, fleetOf([50, 50, 50], 100), []],
  [
    "one provider",
    N.shared,
    fleetOf([50, 50, 50], 100),
    ["All sites depend on aws; its failure is not covered by N+1."],
  ],
  [
    "two providers",
    N.shared,
    fleetOf([50, 50], 50, { sites: [existing(0, 50), { ...existing(1, 50), provider: "gcp" } as never] }),
    [],
  ],

  [
    "a pod larger than every node",
    N.largest,
    three({}, { workloads: [{ name: "big", replicas: 2, cpu: 8, memoryGiB: 4 }] }),
    [0, 1, 2].map(
      (i) =>
        `Workload big (8 cpu/4 GiB) fits no guaranteed node at e${i + 1} (largest allocatable 3.43 cpu/12.58 GiB).`,
    ),
  ],
  [
    "an architecture that one site does not have",
    N.largest,
    three(
      { machineType: "m7g.xlarge" },
      { workloads: [{ name: "w", replicas: 2, cpu: 1, memoryGiB: 1, architectures: ["amd64"] }] },
    ),
    [
      "Workload w (1 cpu/1 GiB) may run on no guaranteed node at e1: architecture, node selector, taints or host ports keep it out.",
    ],
  ],
  ["pods that fit", N.largest, three({}, { workloads: [{ name: "w", replicas: 2, cpu: 1, memoryGiB: 1 }] }), []],

  [
    "a machine type that nobody knows",
    N.stale,
    three({ machineType: "m99.huge" }),
    ["Instance type m99.huge of pool apps at e1 is not in the catalog: give pool.allocatable or update the catalog."],
  ],
  [
    "a measurement of two years ago",
    N.stale,
    three({ allocatable: { cpu: 3, memoryGiB: 12, pods: 58, verifiedAt: "2024-11-20" } }),
    ["Pool apps at e1: allocatable was measured on 2024-11-20, 730 days ago: measure it again."],
  ],
  [
    "a measurement of the future",
    N.stale,
    three({ allocatable: { cpu: 3, memoryGiB: 12, pods: 58, verifiedAt: "2999-01-01" } }),
    ["Pool apps at e1: allocatable is dated 2999-01-01, after today (2026-11-20): correct the date."],
  ],
  [
    "a measurement of the day after, which it is elsewhere",
    N.stale,
    three({ allocatable: { cpu: 3, memoryGiB: 12, pods: 58, verifiedAt: "2026-11-21" } }),
    [],
  ],
  [
    "a measurement of two days after",
    N.stale,
    three({ allocatable: { cpu: 3, memoryGiB: 12, pods: 58, verifiedAt: "2026-11-22" } }),
    ["Pool apps at e1: allocatable is dated 2026-11-22, after today (2026-11-20): correct the date."],
  ],
  [
    "an existing site measured in the future",
    N.stale,
    fleetOf([], 10, {
      sites: [
        { ...existing(0, 50), allocatable: { cpu: 50, memoryGiB: 50, pods: 50, verifiedAt: "2999-01-01" } } as never,
        existing(1, 50),
      ],
    }),
    ["Site s1: allocatable is dated 2999-01-01, after today (2026-11-20): correct the date."],
  ],
  [
    "an exception that has expired",
    N.stale,
    three(),
    ["Exception for N1-004 at e1 expired 2026-11-19: moving house"],
    { shared: { exceptions: [{ rule: "N1-004", site: "e1", reason: "moving house", expires: "2026-11-19" }] } },
  ],
  [
    "an exception that expires on no day",
    N.stale,
    three(),
    ['Exception for N1-004 has no day to expire on ("2026-13-41"): give YYYY-MM-DD.'],
    { shared: { exceptions: [{ rule: "N1-004", reason: "x", expires: "2026-13-41" }] } },
  ],
  [
    "an exception for what is no rule, and a setting that nobody knows",
    N.stale,
    three(),
    [
      "Setting headrom is unknown (did you mean headroom?): remove or rename it. Known: failuresToTolerate, headroom, packing, " +
        "faultDomain, resources, routing, quorum, demand, pools, exceptions.",
      "Exception for N1-999, which is no rule here: give an id such as N1-004.",
    ],
    {
      shared: {
        headrom: 0.2,
        exceptions: ["N1-999", "tr-001", "n1-004-site-loss-aggregate"].map((rule) => ({
          rule,
          reason: "x",
          expires: "2026-12-31",
        })),
      } as Settings,
    },
  ],
  [
    "an exception for a site, of a rule that is about none",
    N.stale,
    three(),
    [
      "Exception for TR-002 names site e1, and the rule is about no site: leave site out.",
      "Exception for n1-030-certificates-renewed names site e1, and the rule is about no site: leave site out.",
    ],
    {
      shared: {
        exceptions: ["TR-002", "n1-030-certificates-renewed", "N1-004"].map((rule) => ({
          ...{ rule, site: "e1", reason: "x", expires: "2026-12-31" },
        })),
      },
    },
  ],
  ["fresh facts", N.stale, three(), []],
];

describe("the rules on a Fleet's inputs", () => {
  for (const [title, rule, spec, messages, given] of cases) {
    it(`${rule}: ${title}`, () => assert.deepEqual(onFleet(rule, spec, given).messages, messages));
  }

  it("says nothing about other types", () => {
    for (const { name } of rules) {
      const { messages, notApplicable } = onResource(name, "aws:s3/bucket:Bucket", { bucket: UNKNOWN_VALUE });
      assert.deepEqual(messages, []);
      assert.match(notApplicable ?? "", /multisite:index:Fleet/);
    }
  });

  it("lists every problem of a spec that cannot be planned", () => {
    const spec = { ...fleetOf([50, 50], 50), tolerate: 0, headroom: -1 };
    const [message = ""] = onFleet(N.topology, spec).messages;
    assert.match(message, /^Fleet "shop" cannot be planned, so N\+1 cannot be proven:\n/);
    assert.match(message, /tolerate/);
    assert.match(message, /headroom/);
  });
});

describe("N1-004 on reference fleets", () => {
  const short = (cpu: string) => new RegExp(`cpu left ${cpu} < demand`);
  const vectors: [capacities: number[], demand: number, left: string | undefined][] = [
    [[100, 100], 100, undefined],
    [[100, 99], 100, "99"],
    [[50, 50, 50], 100, undefined],
    [[50, 50, 49], 100, "99"],
    [[25, 25, 25, 25, 25], 100, undefined],
    [[60, 60, 40], 100, undefined],
    [[80, 60, 40], 110, "100"],
  ];
  for (const [capacities, demand, left] of vectors) {
    it(`${capacities.join("/")} for a demand of ${demand} ${left === undefined ? "holds" : `leaves ${left}`}`, () => {
      const { messages } = onFleet(N.loss, fleetOf(capacities, demand));
      if (left === undefined) assert.deepEqual(messages, []);
      else assert.match(messages.join(), short(left));
    });
  }

  it("names loss, resource, shortage and the missing node", () => {
    assert.deepEqual(onFleet(N.loss, three({ nodes: 2 })).messages, [
      "Losing e3: cpu left 17.15 < demand 20 (short 2.85, 14.3%). The loss of e2 leaves too little as well. With 3 equal sites each must carry 50% of demand (1.50x total). Add 1 x m6i.xlarge to pool apps of site e1 (2 -> 3).",
    ]);
  });

  const strict: [title: string, settings: Settings, violated: boolean][] = [
    ["as it is", {}, false],
    ["with headroom", { headroom: 0.1 }, true],
    ["with packing", { packing: 0.9 }, true],
    ["for two losses", { failuresToTolerate: 2 }, true],
    ["with less headroom than the fleet's own", { headroom: 0 }, false],
  ];
  for (const [title, shared, violated] of strict) {
    it(`50/50/50 for 100 ${title} ${violated ? "does not hold" : "holds"}`, () => {
      assert.equal(onFleet(N.loss, fleetOf([50, 50, 50], 100), { shared }).messages.length > 0, violated);
    });
  }

  it("is violated when nothing can be planned", () => {
    assert.deepEqual(onFleet(N.loss, { sites: "none" }).messages, [
      'Fleet "shop" cannot be planned, so nothing shows that it outlives the loss of a site.',
    ]);
  });

  it("accepts the loss of a site for a while, and no other", () => {
    const until = (site: string) => ({
      exceptions: [{ rule: "N1-004", site, reason: "moving", expires: "2026-11-20" }],
    });
    const fleet = fleetOf([100, 90], 100);
    assert.deepEqual(onFleet(N.loss, fleet, { shared: until("s1") }).messages, []);
    assert.equal(onFleet(N.loss, fleet, { shared: until("s2") }).messages.length, 1);
    assert.equal(onFleet(N.loss, fleet, { shared: until("s1"), today: "2026-11-21" }).messages.length, 1);
    assert.deepEqual(
      onFleet("multisite", fleet, { shared: until("s1") }).messages[0],
      "Exception for N1-004 at s1 until 2026-11-20: moving",
    );
  });

  it("accepts the losses of an excepted site alone, also where those are more than a verdict lists", () => {
    const exceptions = [{ rule: "N1-004", site: "s1", reason: "moving", expires: "2026-11-20" }];
    // Of 30 sites five may be lost in 142,506 ways, of which 23,751 take s1; 10,000 are listed.
    const sites = regionNames("aws")
      .slice(0, 30)
      .map((region, i) => ({ ...existing(i, i === 0 ? 1000 : 40), region }) as SiteSpec);
    assert.equal(sites.length, 30);
    const said = (demand: number) =>
      onFleet(N.loss, fleetOf([], demand, { sites }), { shared: { failuresToTolerate: 5, exceptions } }).messages;
    assert.deepEqual(said(1900), []);
    const [message, ...others] = said(2000);
    assert.deepEqual(others, []);
    assert.match(message ?? "", /^Losing s\d+(, s\d+){3} and s\d+: cpu left 1960 < demand 2000/);
    assert.doesNotMatch(message ?? "", /\bs1\b/);
  });

  it("takes a rule's own settings before those of the pack", () => {
    const given = { shared: { headroom: 0.5 }, own: { headroom: 0 } };
    assert.deepEqual(onFleet(N.loss, fleetOf([50, 50, 50], 100), given).messages, []);
  });
});

it("the settings know all that manifests can ask for", () => {
  const spec = {
    nodeSelector: { pool: "a" },
    tolerations: [{ operator: "Exists" }],
    priority: -1,
    affinity: {
      nodeAffinity: required("nodeSelectorTerms", "matchExpressions", {
        key: "kubernetes.io/arch",
        operator: "Exists",
      }),
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector: {} }],
      },
    },
    topologySpreadConstraints: [
      {
        ...{ maxSkew: 2, minDomains: 2, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule" },
        ...{ nodeTaintsPolicy: "Honor", labelSelector: { matchLabels: { app: "a" } } },
      },
    ],
    containers: [
      {
        name: "main",
        ports: [{ containerPort: 53, hostPort: 53, protocol: "UDP", hostIP: "10.0.0.1" }],
        resources: { requests: { "ephemeral-storage": "1Gi", "example.com/gpu": "1" } },
      },
      { name: "side" },
    ],
  };
  const sources = ["Deployment", "StatefulSet", "DaemonSet"].map((kind) => ({
    source: kind,
    object: {
      ...{ apiVersion: "apps/v1", kind, metadata: { name: kind.toLowerCase() } },
      spec: { template: { metadata: { labels: { app: kind === "Deployment" ? "a" : "b" } }, spec } },
    },
  }));
  const { workloads, daemonSets, problems } = demandFromObjects(sources);
  assert.deepEqual(problems, []);
  const fields = new Set(workloads.flatMap((one) => Object.keys(one)));
  for (const name of ["onePerNode", "apartFrom", "nodeSpread", "hostPorts", "containersWithoutRequests", "scoredAs"])
    assert.ok(fields.has(name), name);
  const { demand } = settingsSchema.properties as unknown as Record<string, { properties: Record<string, ListSchema> }>;
  for (const [list, found] of [
    ["workloads", workloads],
    ["daemonSets", daemonSets],
  ] as const) {
    const known = Object.keys(demand!.properties[list]!.items.properties);
    assert.deepEqual(
      found.flatMap((one) => Object.keys(one)).filter((field) => !known.includes(field)),
      [],
    );
  }
});

interface ListSchema {
  readonly items: { readonly properties: object };
}

function required(terms: string, expressions: string, expression: object) {
  return { requiredDuringSchedulingIgnoredDuringExecution: { [terms]: [{ [expressions]: [expression] }] } };
}
