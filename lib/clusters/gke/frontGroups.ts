import { Firewall, InstanceGroupNamedPort } from "@pulumi/gcp/compute";
import { NodePool } from "@pulumi/gcp/container";
import * as pulumi from "@pulumi/pulumi";
import { FRONT_CHECKERS } from "../../plan/routing/checkers";
import type { ClusterContext } from "../cluster";
import type { FrontGroup } from "../frontGroup";
import type { GkeControlPlane } from "./controlPlane";

/** What the load balancer calls the port, in whatever group. */
export const FRONT_PORT_NAME = "front";

/**
 * The instance groups that GKE keeps for each pool, one for each zone, with a name for the port; and the opening from
 * Google's edges, which check from where they send users from.
 */
export function frontGroups(
  { site, cloud }: ClusterContext,
  { network, nodes }: GkeControlPlane,
  pools: readonly pulumi.Resource[],
  port: number,
): FrontGroup[] {
  new Firewall(
    `${site.name}-front`,
    {
      ...{ network: network.network, direction: "INGRESS", targetServiceAccounts: [nodes.email] },
      ...{ sourceRanges: [...FRONT_CHECKERS.globalLoadBalancer.ranges] },
      allows: [{ protocol: "tcp", ports: [String(port)] }],
    },
    cloud,
  );
  const made = pools.filter((one): one is NodePool => NodePool.isInstance(one));
  return site.pools.flatMap((pool, i) => {
    const urls = made[i]?.managedInstanceGroupUrls ?? pulumi.output<string[]>([]);
    return pool.zones.map((zone) => {
      const group = urls.apply((all) => all.find((url) => url.includes(`/zones/${zone}/`)) ?? "");
      const named = new InstanceGroupNamedPort(
        `${site.name}-front-${pool.name}-${zone}`,
        { group, zone, name: FRONT_PORT_NAME, port },
        cloud,
      );
      return { zone, group: named.group };
    });
  });
}
