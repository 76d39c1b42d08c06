import { AgentPool } from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterContext } from "../cluster";
import type { AksControlPlane } from "./controlPlane";
import { poolArgs, systemPool } from "./pool";

/** Every pool but the one that came with the cluster. Azure names pools within their cluster, so the plan's names serve. */
export function nodePools({ site, cloud }: ClusterContext, controlPlane: AksControlPlane): pulumi.Resource[] {
  return site.pools
    .filter((pool) => pool !== systemPool(site))
    .map((pool) => {
      const autoscaled = pool.maximumNodes > pool.nodes;
      return new AgentPool(
        `${site.name}-${pool.name}`,
        {
          ...poolArgs(site, pool, controlPlane.network),
          agentPoolName: pool.name,
          mode: "User",
          resourceGroupName: controlPlane.group.name,
          resourceName: controlPlane.cluster.name,
        },
        pulumi.mergeOptions(cloud, autoscaled ? { ignoreChanges: ["count"] } : {}),
      );
    });
}
