import type { EksSiteSpec, ExistingSiteSpec, FleetSpec, SiteSpec } from "../../lib/plan/spec";

/** Specs that are valid as they are, for tests that change one thing. */
export function eksSite(name: string, number: number, change: Partial<EksSiteSpec> = {}): EksSiteSpec {
  return {
    name,
    number,
    kind: "eks",
    account: "111122223333",
    region: "eu-central-1",
    apiAccess: { mode: "private" },
    pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6 }],
    ...change,
  };
}

export function existingSite(name: string, number: number, change: Partial<ExistingSiteSpec> = {}): ExistingSiteSpec {
  return {
    name,
    number,
    kind: "existing",
    provider: "vsphere",
    region: `${name}-1`,
    identity: `uid-of-${name}`,
    allocatable: { cpu: 32, memoryGiB: 128, pods: 880, nodes: 8, verifiedAt: "2026-11-01" },
    cidrs: { nodes: ["192.168.16.0/24"], pods: ["172.24.0.0/16"], services: ["172.25.0.0/16"] },
    ...change,
  };
}

/** A fleet of the given sites with a demand that two of the sites above carry. */
export function fleetSpec(sites: SiteSpec[], change: Partial<FleetSpec> = {}): FleetSpec {
  return { demand: { cpu: 16, memoryGiB: 48, pods: 200 }, sites, tags: { team: "shop" }, ...change };
}

/** Two EKS sites in two regions. */
export function twoRegions(change: Partial<FleetSpec> = {}): FleetSpec {
  return fleetSpec([eksSite("frankfurt", 1), eksSite("dublin", 2, { region: "eu-west-1" })], change);
}
