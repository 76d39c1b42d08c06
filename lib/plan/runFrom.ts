import type { SiteAddresses } from "./plan";
import type { SiteSpec } from "./spec";

/**
 * From where `pulumi up` must run to reach a site's API server, as a sentence. It is decided by `apiAccess`, which is
 * why that has no default.
 */
export function runFrom(site: SiteSpec, addresses: Pick<SiteAddresses, "network">): string {
  if (site.kind === "existing") {
    return `From wherever the kubeconfig of site ${site.name} reaches its API server.`;
  }
  switch (site.apiAccess.mode) {
    case "private":
      return (
        `From inside: a machine in the network of site ${site.name} (${addresses.network}, ${site.region}), ` +
        `or in a network that is linked to it.`
      );
    case "allowlist":
      return `From ${list(site.apiAccess.cidrs ?? [])}, the ranges that site ${site.name} allows.`;
    case "dns":
      return `From anywhere, as an identity that IAM of project ${projectOf(site)} lets in (GKE's DNS endpoint).`;
  }
}

function projectOf(site: SiteSpec): string {
  return site.kind === "gke" ? site.project : site.name;
}

function list(cidrs: readonly string[]): string {
  return cidrs.length < 2 ? cidrs.join("") : `${cidrs.slice(0, -1).join(", ")} or ${cidrs.at(-1)}`;
}
