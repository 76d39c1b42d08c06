import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { ControlPlane } from "./clusters/cluster";
import type { SitePlan } from "./plan/plan";

/**
 * The Kubernetes provider of one site. It is replaced, and with it all that it made, when and only when its cluster is
 * another: by its identity, or because the resource was made anew under its old name. A new address or authority of the
 * same cluster is an update.
 */
export function kubernetesProvider(
  site: SitePlan,
  controlPlane: ControlPlane,
  options: pulumi.CustomResourceOptions,
): Provider {
  return new Provider(
    site.name,
    {
      kubeconfig: controlPlane.kubeconfig,
      clusterIdentifier: controlPlane.identity,
      // Otherwise a change deletes the object first: a moment without certificates.
      enableSecretMutable: true,
      enableConfigMapMutable: true,
      // Otherwise an edit by hand, once a refresh has found it, ends the run with a conflict and is never put back.
      enablePatchForce: true,
      // A site that is down must not fail the run that acts on the others. Nothing is forgotten: `deleteUnreachable`
      // stays off, since a partition of the network is no deletion.
      skipUpdateUnreachable: true,
    },
    pulumi.mergeOptions(options, controlPlane.cluster ? { replaceWith: [controlPlane.cluster] } : {}),
  );
}
