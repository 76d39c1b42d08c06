import type { AksSiteSpec, EksSiteSpec, ExistingSiteSpec, FleetSpec, GkeSiteSpec, SiteSpec } from "../../lib/plan/spec";

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

export function gkeSite(name: string, number: number, change: Partial<GkeSiteSpec> = {}): GkeSiteSpec {
  return {
    name,
    number,
    kind: "gke",
    project: "shop-production",
    region: "europe-west1",
    apiAccess: { mode: "private" },
    pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 6 }],
    ...change,
  };
}

export function aksSite(name: string, number: number, change: Partial<AksSiteSpec> = {}): AksSiteSpec {
  return {
    name,
    number,
    kind: "aks",
    subscription: "00000000-1111-2222-3333-444444444444",
    tenant: "55555555-6666-7777-8888-999999999999",
    administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
    region: "westeurope",
    apiAccess: { mode: "private" },
    pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 6 }],
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

/** A kubeconfig of a site that exists. @param user what its user proves itself with */
export function kubeconfigOf(site: string, user: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": site,
    clusters: [{ name: site, cluster: { server: `https://${site}.example.com` } }],
    contexts: [{ name: site, context: { cluster: site, user: site } }],
    users: [{ name: site, user }],
  });
}

/** A fleet of the given sites with a demand that two of the sites above carry. */
export function fleetSpec(sites: SiteSpec[], change: Partial<FleetSpec> = {}): FleetSpec {
  return { demand: { cpu: 16, memoryGiB: 48, pods: 200 }, sites, tags: { team: "shop" }, ...change };
}

/** Two EKS sites in two regions. */
export function twoRegions(change: Partial<FleetSpec> = {}): FleetSpec {
  return fleetSpec([eksSite("frankfurt", 1), eksSite("dublin", 2, { region: "eu-west-1" })], change);
}
