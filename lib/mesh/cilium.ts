import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterContext, ControlPlane } from "../clusters/cluster";
import { BUNDLE_HASH_ANNOTATION } from "../plan/trustPhases/record";
import { CILIUM_CHARTS } from "../plan/versions";
import { SUBNET_ANNOTATION } from "./meshValues";
import { type CiliumSettings, ciliumValues, type HelmValues } from "./values";

/** What `cilium` needs besides the cluster. */
export interface CiliumArgs extends CiliumSettings {
  /** Whether to wait until its pods run: impossible before there are nodes. */
  readonly awaited: boolean;
  /** Hash of the fleet's roots: its pods read them once, so a new one rolls them. @default no roots */
  readonly bundleHash?: pulumi.Input<string>;
}

/**
 * Cilium in one cluster, as its only CNI. A release of Helm's own, not rendered here: what is unchanged needs no cluster
 * that answers, so that a site which is down does not fail the run of the others.
 */
export function cilium(context: ClusterContext, controlPlane: ControlPlane, args: CiliumArgs): Release {
  const { site, inCluster } = context;
  const chart = CILIUM_CHARTS[site.ciliumVersion];
  return new Release(
    `${site.name}-cilium`,
    {
      name: "cilium",
      namespace: "kube-system",
      chart: chart.chart,
      version: chart.version,
      repositoryOpts: { repo: chart.repository },
      values: {
        ...inSubnet(rolledBy(args.bundleHash, ciliumValues(site, args)), context, controlPlane),
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

/** Values with whatever outputs are in them: the hash of the roots and the subnet are known only at the update. */
type Values = { [key: string]: pulumi.Input<unknown> };

/**
 * The subnet that only load balancers use, whose name the cloud's provider makes up. Azure's and Google's controllers take
 * the nodes' own otherwise, in which the promised address is not.
 */
function inSubnet(values: Values, { site }: ClusterContext, { loadBalancerSubnet }: ControlPlane): Values {
  const annotation = SUBNET_ANNOTATION[site.kind];
  const clustermesh = values.clustermesh as { readonly apiserver?: { readonly service?: HelmValues } };
  const { apiserver } = clustermesh;
  if (apiserver?.service === undefined || annotation === undefined || loadBalancerSubnet === undefined) return values;
  const annotations = { ...(apiserver.service.annotations as HelmValues), [annotation]: loadBalancerSubnet };
  const service = { ...apiserver.service, annotations };
  return { ...values, clustermesh: { ...clustermesh, apiserver: { ...apiserver, service } } };
}

/** Values under which every pod that reads the roots carries their hash in its template. */
function rolledBy(bundleHash: pulumi.Input<string> | undefined, values: HelmValues): Values {
  if (bundleHash === undefined) return values;
  const podAnnotations = { [BUNDLE_HASH_ANNOTATION]: bundleHash };
  const { operator, clustermesh } = values as { readonly [part: string]: HelmValues };
  const apiserver = { ...(clustermesh?.apiserver as HelmValues | undefined), podAnnotations };
  return {
    ...values,
    podAnnotations,
    operator: { ...operator, podAnnotations },
    clustermesh: { ...clustermesh, apiserver },
  };
}
