import { randomBytes } from "node:crypto";
import type { SitePlan } from "../../../lib/plan/plan";
import { audienceOf } from "../../token/local";

/** Tokens of the administrators of some sites. Secret. */
export interface SiteTokens {
  /** By the site's name. */
  readonly bySite: ReadonlyMap<string, string>;
  /** What `multisite token` answers from: by the audience that kubeconfigs of the site ask for. */
  readonly byAudience: Readonly<Record<string, string>>;
}

/** New tokens; sites whose kubeconfigs ask for the same, such as two GKE sites of one project, share one. */
export function siteTokens(sites: readonly SitePlan[]): SiteTokens {
  const bySite = new Map<string, string>();
  const byAudience: Record<string, string> = {};
  for (const site of sites) {
    const audience = siteAudience(site);
    const token = (audience && byAudience[audience]) || randomBytes(24).toString("base64url");
    bySite.set(site.name, token);
    if (audience !== undefined) byAudience[audience] = token;
  }
  return { bySite, byAudience };
}

/** Clusters that exist bring a kubeconfig that asks nobody. */
function siteAudience({ spec }: SitePlan): string | undefined {
  switch (spec.kind) {
    case "eks":
      return audienceOf("eks", { cluster: spec.name, region: spec.region });
    case "gke":
      return audienceOf("gke", { project: spec.project });
    case "aks":
      return audienceOf("aks", { tenant: spec.tenant });
    case "existing":
      return undefined;
  }
}
