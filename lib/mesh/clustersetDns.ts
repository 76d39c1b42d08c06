import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { ConfigMapPatch } from "@pulumi/kubernetes/core/v1/configMapPatch";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import * as pulumi from "@pulumi/pulumi";
import type { ClustersetDns, ClustersetObject } from "../plan/mesh/clusterset";

type Make = (name: string, args: object, options: pulumi.CustomResourceOptions) => pulumi.Resource;

const MAKERS: Readonly<Record<ClustersetObject["kind"], Make>> = {
  ServiceAccount: (...given) => new ServiceAccount(...given),
  ClusterRole: (...given) => new ClusterRole(...given),
  ClusterRoleBinding: (name, args, options) =>
    new ClusterRoleBinding(name, args as ConstructorParameters<typeof ClusterRoleBinding>[1], options),
  ConfigMap: (...given) => new ConfigMap(...given),
  Deployment: (name, args, options) =>
    new Deployment(name, args as ConstructorParameters<typeof Deployment>[1], options),
  Service: (...given) => new Service(...given),
  PodDisruptionBudget: (...given) => new PodDisruptionBudget(...given),
};

/** The server of `clusterset.local` in one site, and what has the cluster's own DNS ask it. */
export function clustersetResources(
  site: string,
  { objects, stub }: ClustersetDns,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const made: pulumi.Resource[] = [];
  for (const { kind, name, namespace, body } of objects) {
    const metadata = { name, ...(namespace !== undefined && { namespace }), annotations: NOT_AWAITED };
    const after = pulumi.mergeOptions(options, { dependsOn: [...made] });
    made.push(MAKERS[kind](`${site}-${name}-${word(kind)}`, { metadata, ...body }, after));
  }
  if (stub.how === "addon") return made;
  // The object is the cloud's: a patch adds one key, and takes it back when it goes.
  const metadata = { name: stub.name, namespace: "kube-system" };
  const patch = new ConfigMapPatch(
    `${site}-clusterset-stub`,
    { metadata, data: { ...stub.data } },
    pulumi.mergeOptions(options, { dependsOn: [...made] }),
  );
  return [...made, patch];
}

/** Nobody else waits for it. */
const NOT_AWAITED = { "pulumi.com/skipAwait": "true" };

/** `service-account` of `ServiceAccount`. */
function word(kind: string): string {
  return kind.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
