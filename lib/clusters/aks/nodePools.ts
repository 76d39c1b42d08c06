import { AgentPool } from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterContext } from "../cluster";
import type { AksControlPlane } from "./controlPlane";
import { poolArgs, systemPool } from "./pool";
import { poolName } from "./poolName";

/**
 * Every pool but the one that came with the cluster, one after the other: AKS refuses to change two pools of a cluster at
 * a time (409 Conflict, https://github.com/Azure/terraform-azurerm-avm-res-containerservice-managedcluster/pull/160).
 */
export function nodePools({ site, cloud }: ClusterContext, controlPlane: AksControlPlane): pulumi.Resource[] {
  const system = systemPool(site);
  const made: AgentPool[] = [];
  for (const pool of site.pools.filter((one) => one !== system)) {
    made.push(
      new AgentPool(
        `${site.name}-${pool.name}`,
        {
          ...poolArgs(site, pool, controlPlane.network),
          agentPoolName: poolName(pool),
          mode: "User",
          resourceGroupName: controlPlane.group.name,
          resourceName: controlPlane.cluster.name,
        },
        pulumi.mergeOptions(cloud, {
          dependsOn: made.slice(-1),
          // The provider would delete the old pool first, and its nodes with it.
          deleteBeforeReplace: false,
        }),
      ),
    );
  }
  return made;
}
