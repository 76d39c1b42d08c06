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
 * The fault domain of a site: sites of equal domains are lost together.
 *
 * `zone` is finer than a region only for sites that are in zones: two sites of a region share the domain if their zones
 * touch, so the name alone cannot tell; see {@link faultDomains}.
 */
export function regionDomain(site: SiteSpec, level: "provider" | "region"): string {
  const provider = providerOf(site);
  return level === "provider" ? provider : `${provider}/${site.region}`;
}

/**
 * The fault domain of each site, in their order.
 *
 * A site's own `faultDomain` always wins. At level `zone`, sites of a region whose zones touch, directly or through
 * others, form one domain: the loss of one zone harms them all. It is named after all of their zones, so it changes
 * when a site with a zone in common joins, as the risk itself does.
 * @param zones the zones of each site, resolved, in the same order; empty for a site that exists
 */
export function faultDomains(
  sites: readonly SiteSpec[],
  zones: readonly (readonly string[])[],
  level: FaultDomainLevel,
): string[] {
  if (level !== "zone") return sites.map((site) => site.faultDomain ?? regionDomain(site, level));
  const groups = new Map<string, string>();
  const keys = sites.map((site, index) =>
    (zones[index] ?? []).map((zone) => `${regionDomain(site, "region")}/${zone}`),
  );
  const root = (key: string): string => {
    let at = key;
    for (let up = groups.get(at); up !== undefined && up !== at; up = groups.get(at)) at = up;
    return at;
  };
  for (const own of keys) {
    for (const key of own) {
      const [a, b] = [root(own[0] ?? key), root(key)].sort();
      groups.set(b as string, a as string);
      if (!groups.has(a as string)) groups.set(a as string, a as string);
    }
  }
  const members = new Map<string, Set<string>>();
  for (const key of new Set(keys.flat())) {
    const of = root(key);
    members.set(of, (members.get(of) ?? new Set()).add(key.slice(key.lastIndexOf("/") + 1)));
  }
  return sites.map((site, index) => {
    const first = keys[index]?.[0];
    if (site.faultDomain !== undefined) return site.faultDomain;
    if (first === undefined) return regionDomain(site, "region");
    return `${regionDomain(site, "region")}/${[...(members.get(root(first)) ?? [])].sort().join("+")}`;
  });
}
