import { Release } from "@pulumi/kubernetes/helm/v3";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterContext, ControlPlane } from "../clusters/cluster";
import { CILIUM, CILIUM_CHARTS } from "../plan/versions";
import { SUBNET_ANNOTATION } from "./meshValues";
import { type CiliumSettings, ciliumValues, type HelmValues } from "./values";

/** What `cilium` needs besides the cluster. */
export interface CiliumArgs extends CiliumSettings {
  /** Whether to wait until its pods run: impossible before there are nodes. */
  readonly awaited: boolean;
}

/**
 * Cilium in one cluster, as its only CNI. A release of Helm's own, not rendered here: what is unchanged needs no cluster
 * that answers, so that a site which is down does not fail the run of the others.
 */
export function cilium(context: ClusterContext, controlPlane: ControlPlane, args: CiliumArgs): Release {
  const { site, inCluster } = context;
  const chart = args.mesh === undefined ? CILIUM : CILIUM_CHARTS[args.mesh.ciliumVersion];
  return new Release(
    `${site.name}-cilium`,
    {
      name: "cilium",
      namespace: "kube-system",
      chart: chart.chart,
      version: chart.version,
      repositoryOpts: { repo: chart.repository },
      values: {
        ...inSubnet(ciliumValues(site, args), context, controlPlane),
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

/**
 * The subnet that only load balancers use, whose name the cloud's provider makes up. Azure's and Google's controllers take
 * the nodes' own otherwise, in which the promised address is not.
 */
function inSubnet(
  values: HelmValues,
  { site }: ClusterContext,
  { loadBalancerSubnet }: ControlPlane,
): { [key: string]: pulumi.Input<unknown> } {
  const annotation = SUBNET_ANNOTATION[site.kind];
  const clustermesh = values.clustermesh as { readonly apiserver?: { readonly service: HelmValues } };
  const { apiserver } = clustermesh;
  if (apiserver === undefined || annotation === undefined || loadBalancerSubnet === undefined) return values;
  const annotations = { ...(apiserver.service.annotations as HelmValues), [annotation]: loadBalancerSubnet };
  const service = { ...apiserver.service, annotations };
  return { ...values, clustermesh: { ...clustermesh, apiserver: { ...apiserver, service } } };
}
