import * as pulumi from "@pulumi/pulumi";
import { isOfEveryCluster } from "../plan/workloads/cleaning";
import { isPlain, type KubernetesObject } from "../plan/workloads/objects";

/**
 * Any Kubernetes object as one plain resource of the Kubernetes provider. Not `yaml.v2.ConfigGroup`, which shows policies
 * nothing at a first preview and fails a whole stack while one cluster is down.
 */
class ObjectResource extends pulumi.CustomResource {}

/**
 * The type token of an object, as the Kubernetes SDK forms it: `kubernetes:core/v1:Service`. What every cluster has as soon as it is
 * there can only be patched, and so can what somebody else of the program made.
 */
export function typeOf(object: KubernetesObject, isThere = false): string {
  const { apiVersion, kind } = object;
  const patch = isThere || isOfEveryCluster(object) ? "Patch" : "";
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}${patch}`;
}

/** What an object is called within its site. */
export function titleOf({ metadata: { namespace, name } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/**
 * Declares an object. What a Secret holds is secret from here on.
 * @param isThere whether somebody else of the program made it, so that it is patched
 */
export function objectResource(
  name: string,
  object: KubernetesObject,
  options: pulumi.CustomResourceOptions,
  isThere = false,
): pulumi.CustomResource {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return new ObjectResource(typeOf(object, isThere), name, { ...object }, options);
  }
  const hidden = ["data", "stringData"].filter((key) => isPlain(object[key]));
  const secrets = Object.fromEntries(hidden.map((key) => [key, pulumi.secret(object[key])]));
  const secretOutputs = { additionalSecretOutputs: ["data", "stringData"] };
  return new ObjectResource(
    typeOf(object),
    name,
    { ...object, ...secrets },
    pulumi.mergeOptions(options, secretOutputs),
  );
}
