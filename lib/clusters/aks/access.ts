import type { SitePlan } from "../../plan/plan";

/**
 * Who reaches the API server.
 *
 * - `allowlist`: a public address for the given ranges; AKS adds the addresses by which the nodes leave.
 * - `private`: an address of the nodes' subnet. Its name is a public one that leads there, not one of a private zone:
 *   such a zone lies in the nodes' resource group, where nobody could link further networks to it.
 *
 * https://learn.microsoft.com/azure/aks/private-clusters#configure-a-private-dns-zone
 */
export function access({ apiAccess }: SitePlan) {
  if (apiAccess?.mode === "allowlist") {
    return { authorizedIPRanges: [...(apiAccess.cidrs ?? [])], disableRunCommand: true };
  }
  return {
    enablePrivateCluster: true,
    enablePrivateClusterPublicFQDN: true,
    privateDNSZone: "none",
    disableRunCommand: true,
  };
}
