import { ManagementLockByScope } from "@pulumi/azure-native/authorization";
import type { ManagedCluster } from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";
import { systemPool } from "./pool";

/**
 * Keeps the cluster from being deleted, by whomever: AKS has no such setting, Azure has locks. A lock on the cluster would
 * hold for everything below it, so that no pool could ever go. So it is on the one pool that stays for the cluster's whole
 * life: Azure deletes nothing while anything below it is locked.
 *
 * The same is done to DNS zones: https://learn.microsoft.com/azure/dns/dns-protect-zones-recordsets#protecting-against-zone-deletion
 */
export function deletionLock({ site, cloud }: SiteContext, cluster: ManagedCluster): ManagementLockByScope {
  return new ManagementLockByScope(
    site.name,
    {
      scope: pulumi.interpolate`${cluster.id}/agentPools/${systemPool(site).name}`,
      level: "CanNotDelete",
      notes: `Site ${site.name}: remove this lock to delete the cluster.`,
    },
    cloud,
  );
}
