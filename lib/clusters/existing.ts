import { type ClusterKind, type ControlPlane, type SiteContext, specOf } from "./cluster";
import { checkedKubeconfig } from "./givenKubeconfig";

/**
 * Sites whose cluster exists already, anywhere. The fleet makes no cloud resource for them and installs no CNI: a cluster
 * that runs has one, and changing it would restart its workloads. It enters with the kubeconfig that the caller gives in
 * `kubeconfigs`, and with the identity, CIDRs and capacity that its spec declares.
 */
export const existing: ClusterKind = {
  kind: "existing",
  package: undefined,
  order: ["controlPlane"],
  awaitsCni: true,
  provider: () => undefined,
  controlPlane,
  nodePools: () => [],
  addons: () => [],
};

/** The kubeconfig is the caller's and may hold anything: it is secret, whatever it was before. */
function controlPlane({ site, kubeconfig }: SiteContext): ControlPlane {
  // `Fleet` has told the caller before.
  if (kubeconfig === undefined) throw new Error(`site ${site.name} came without its kubeconfig`);
  const { identity, tokenIssuer } = specOf(site, "existing");
  return {
    cluster: undefined,
    identity,
    ...(tokenIssuer !== undefined && { tokenIssuer }),
    // Only the CNI asks for these, and it is not ours here.
    host: "",
    port: 443,
    kubeconfig: checkedKubeconfig(site.name, kubeconfig),
    ready: [],
  };
}
