import type { FaultDomainLevel, SiteKind, SiteSpec } from "./spec";

const PROVIDERS = { eks: "aws", gke: "gcp", aks: "azure" } as const;

/** Who runs a kind of site, in the words of `plan/machines` and `plan/regions`. */
export type CloudProvider = (typeof PROVIDERS)[keyof typeof PROVIDERS];

/** The provider of a kind that this library builds. */
export function providerOfKind(kind: Exclude<SiteKind, "existing">): CloudProvider {
  return PROVIDERS[kind];
}

/** The provider of a site; for one that exists, whoever the spec says. */
export function providerOf(site: SiteSpec): string {
  return site.kind === "existing" ? site.provider : PROVIDERS[site.kind];
}

/** Whether a provider's name is that of a cloud whose regions and machines the library knows. */
export function isCloud(provider: string): provider is CloudProvider {
  return provider === "aws" || provider === "gcp" || provider === "azure";
}

/**
 * The fault domain of a site: sites of equal domains are lost together. It follows from the site alone, so that a site
 * that comes or goes changes no other's; that the zones of two domains do not touch is one of the spec's rules.
 * @param zones the site's zones, resolved; empty for a cluster that exists
 */
export function faultDomainOf(site: SiteSpec, zones: readonly string[], level: FaultDomainLevel): string {
  if (site.faultDomain !== undefined) return site.faultDomain;
  const provider = providerOf(site);
  if (level === "provider") return provider;
  const region = `${provider}/${site.region}`;
  return level === "region" || zones.length === 0 ? region : `${region}/${[...zones].sort().join("+")}`;
}
