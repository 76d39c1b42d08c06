import { Release } from "@pulumi/kubernetes/helm/v3";
import type { ClusterContext, ControlPlane } from "../clusters/cluster";
import { CILIUM } from "../plan/versions";
import { type CiliumSettings, ciliumValues } from "./values";

/** What `cilium` needs besides the cluster. */
export interface CiliumArgs extends CiliumSettings {
  /** Whether to wait until its pods run: impossible before there are nodes. */
  readonly awaited: boolean;
}

/**
 * Cilium in one cluster, as its only CNI. A release of Helm's own, not rendered here: what is unchanged needs no cluster
 * that answers, so that a site which is down does not fail the run of the others.
 */
export function cilium({ site, inCluster }: ClusterContext, controlPlane: ControlPlane, args: CiliumArgs): Release {
  return new Release(
    `${site.name}-cilium`,
    {
      name: "cilium",
      namespace: "kube-system",
      chart: CILIUM.chart,
      version: CILIUM.version,
      repositoryOpts: { repo: CILIUM.repository },
      values: {
        ...ciliumValues(site, args),
        // Nothing can resolve the API's Service before Cilium runs.
        k8sServiceHost: controlPlane.host,
        k8sServicePort: controlPlane.port,
      },
      skipAwait: !args.awaited,
      timeout: 600,
      maxHistory: 5,
    },
    inCluster,
  );
}
