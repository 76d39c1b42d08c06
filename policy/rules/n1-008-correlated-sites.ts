import type { JudgedSite } from "../judged";
import type { Rule } from "../rule";
import { listed } from "../wording";

/** Two clusters in one region are one site to an outage of the region. */
export const correlatedSites: Rule = {
  name: "n1-008-correlated-sites",
  displayName: "No two sites share a fault domain",
  description: "No two sites lie in one region, unless the fleet's fault domain is the zone.",
  level: "mandatory",
  severity: "high",
  remediation: "Move one of the sites to another region, or declare zones as fault domains.",
  judge: (fleet) => {
    if (fleet.input?.faultDomain === "zone") return [];
    return together(fleet.sites, ({ provider, region }) => (region === undefined ? undefined : `${provider}/${region}`))
      .filter(([, sites]) => sites.length > 1)
      .map(([place, sites]) => ({
        message: `Sites ${listed(sites.map(({ name }) => name))} are ${sites.length === 2 ? "both" : "all"} in ${place}: counted as one fault domain.`,
        site: sites[0]?.name,
      }));
  },
};

/** What no number of sites protects from. */
export const sharedDependency: Rule = {
  name: "n1-008-shared-dependency",
  displayName: "Nothing is shared by all sites",
  description: "The sites do not all depend on one provider.",
  level: "advisory",
  severity: "low",
  remediation: "Add a site at another provider, or accept that this failure is not covered.",
  judge: (fleet) => {
    const providers = together(fleet.sites, ({ provider }) => provider);
    const [only] = providers;
    if (providers.length !== 1 || only === undefined || only[1].length < 2) return [];
    return [{ message: `All sites depend on ${only[0]}; its failure is not covered by N+1.` }];
  },
};

function together(
  sites: readonly JudgedSite[],
  by: (site: JudgedSite) => string | undefined,
): [string, JudgedSite[]][] {
  const groups = new Map<string, JudgedSite[]>();
  for (const site of sites.filter(({ serves }) => serves)) {
    const key = by(site);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), site]);
  }
  return [...groups];
}
