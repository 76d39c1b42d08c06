/**
 * Times the whole plan of a fleet of 255 sites of three kinds, no two alike, with one and with two losses: reading and
 * checking the spec, addresses, pools and verdict. Cold is the first plan of a process, catalogues read from disk
 * included; then the median of the following, most of which have all functions compiled.
 */

import { fleetPlan } from "../lib/plan/fleetPlan";
import { specProblems } from "../lib/plan/problems";
import type { TrafficSpec } from "../lib/plan/routing/spec";
import type { FleetSpec, SiteSpec, WorkloadSpec } from "../lib/plan/spec";
import { type Figure, median, timesOf } from "./support/figures";

const RUNS = 31;
const SITES = 255;
const GUID = "00000000-1111-2222-3333-444444444444";
const REGIONS = { eks: ["aws", "eu-central-1"], gke: ["gcp", "europe-west1"], aks: ["azure", "westeurope"] } as const;
const MACHINES = { eks: "m6i.2xlarge", gke: "n2-standard-8", aks: "Standard_D8s_v5" } as const;

function site(number: number): SiteSpec {
  const kind = (["eks", "gke", "aks"] as const)[number % 3] ?? "eks";
  const common = {
    name: `site-${number}`,
    number,
    region: REGIONS[kind][1],
    faultDomain: `domain-${number}`,
    pools: [
      { name: "apps", machineType: MACHINES[kind], nodes: 6 + 3 * (number % 11), maximumNodes: 60 },
      {
        name: "batch",
        machineType: MACHINES[kind],
        nodes: 3,
        taints: [{ key: "batch", effect: "NoSchedule" as const }],
      },
    ],
    tags: { owner: `team-${number}` },
  };
  switch (kind) {
    case "eks":
      return { ...common, kind, account: "123456789012", apiAccess: { mode: "private" } };
    case "gke":
      return { ...common, kind, project: "shop-production", apiAccess: { mode: "dns" } };
    case "aks":
      return {
        ...common,
        kind,
        subscription: GUID,
        tenant: GUID,
        administrators: [GUID],
        apiAccess: { mode: "allowlist", cidrs: ["203.0.114.0/24"] },
      };
  }
}

/** A fleet with twelve workloads of 1 to 2,000 replicas. */
export function manySites(count: number, tolerate: number): FleetSpec {
  const workloads = Array.from(
    { length: 12 },
    (_, i): WorkloadSpec => ({
      name: `shop/w${i}`,
      replicas: [1, 2, 3, 10, 40, 100, 250, 500, 800, 1200, 1600, 2000][i] ?? 1,
      minimumPerSite: 0,
      cpu: 0.1 + 0.05 * i,
      memoryGiB: 0.25 * (1 + i),
    }),
  );
  return { sites: Array.from({ length: count }, (_, i) => site(i + 1)), demand: { workloads }, tolerate };
}

/** The same with a public name at two services, which each decide who takes over. */
function withTraffic(spec: FleetSpec): FleetSpec {
  const traffic: TrafficSpec = {
    domain: "shop.example.com",
    zone: "example.com",
    providers: [
      { service: "route53", account: "123456789012" },
      { service: "cloudDns", project: "shop-production" },
    ],
  };
  return { ...spec, traffic };
}

function measured(name: string, plan: () => unknown, limit?: number): Figure {
  const [cold = 0, ...warm] = timesOf(RUNS, plan);
  const note = `median; best ${Math.min(...warm).toFixed(1)}, the first ${cold.toFixed(0)}`;
  return { name, unit: "ms", value: Number(median(warm).toFixed(1)), note, ...(limit !== undefined && { limit }) };
}

export async function run(): Promise<Figure[]> {
  const [one, two] = [manySites(SITES, 1), manySites(SITES, 2)];
  return [
    measured(`plan of ${SITES} sites, k = 1`, () => fleetPlan(one), 50),
    measured(`plan of ${SITES} sites, k = 2`, () => fleetPlan(two), 1000),
    measured(`plan of ${SITES} sites with traffic, k = 1`, () => fleetPlan(withTraffic(one)), 100),
    measured(`problems of ${SITES} sites`, () => specProblems(one)),
  ];
}
