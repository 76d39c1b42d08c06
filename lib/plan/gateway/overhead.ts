import { toGiB } from "../resources";
import type { DaemonSetSpec } from "../spec";
import { GATEWAY } from "./plan";
import { READINESS_REQUESTS } from "./readiness";
import type { GatewaySpec } from "./spec";

/**
 * What the gateway's own pods take of a node. As with the cluster's own Deployments, each open node is taken to run one of
 * its two replicas: nobody chooses which nodes have them.
 */
export function gatewayOverhead(gateway: GatewaySpec | undefined): DaemonSetSpec[] {
  if (gateway === undefined) return [];
  const { cpuMillis, memoryMiB } = READINESS_REQUESTS;
  const name = `${GATEWAY.namespace}/${GATEWAY.readiness}`;
  return [{ name, cpu: cpuMillis / 1000, memoryGiB: toGiB(memoryMiB) }];
}
