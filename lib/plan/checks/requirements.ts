import { providerOf } from "../faultDomains";
import { meets } from "../requirements";
import type { FleetSpec, SiteSpec, WorkloadSpec } from "../spec";
import type { Draft } from "./structure";
import type { Report } from "./wording";

/**
 * What workloads require of sites: requirements that too few sites meet can never be planned. A region that no site has is
 * no problem in itself, since a company's list of regions is longer than that of its sites.
 */
export function checkRequirements(spec: Draft<FleetSpec>, report: Report): void {
  if (!spec.demand?.workloads?.some((one) => one?.requires !== undefined)) return;
  const sites = (spec.sites ?? []).filter((site) => site?.kind !== undefined && site.region !== undefined);
  const places = sites.map((site) => ({ region: site?.region, provider: providerOf(site as SiteSpec) }));
  spec.demand.workloads.forEach((workload, index) => {
    const requires = workload?.requires;
    if (requires === undefined || places.length === 0) return;
    const path = ["demand", "workloads", index, "requires"];
    for (const field of ["regions", "providers"] as const) {
      if (requires[field]?.length === 0) {
        report([...path, field], "is empty, so that no site meets it: leave it out for any, or name at least one.");
        return;
      }
    }
    const meeting = places.filter((place) => meets(workload as WorkloadSpec, place)).length;
    const least = requires.atLeastSites ?? 1;
    if (meeting >= least) return;
    const there = [...new Set(places.map(({ provider, region }) => `${provider}/${region}`))].sort();
    const count =
      meeting === 0 ? "no site meets" : `only ${meeting} of ${places.length} sites ${meeting === 1 ? "meets" : "meet"}`;
    const asked = least === 1 ? "" : `, and at least ${least} must`;
    report(
      path,
      `are what ${count}${asked} (the sites are in ${there.join(", ")}): allow more regions or providers, or add sites.`,
    );
  });
}
