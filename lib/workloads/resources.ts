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
 * there can only be patched. So is what may be there: a patch of what is not makes it, and when it goes, the object stays.
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

/** The provider waits until a Job has done its work, as one that is suspended never has. */
function awaitable(object: KubernetesObject): KubernetesObject {
  const isSuspended = object.kind === "Job" && isPlain(object.spec) && object.spec.suspend === true;
  if (!isSuspended) return { ...object };
  const annotations = { [SKIP_AWAIT]: "true", ...(object.metadata.annotations as object | undefined) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

const SKIP_AWAIT = "pulumi.com/skipAwait";

/**
 * Declares an object. What a Secret holds is secret from here on.
 * @param isThere whether it may be there already, so that it is patched
 */
export function objectResource(
  name: string,
  object: KubernetesObject,
  options: pulumi.CustomResourceOptions,
  isThere = false,
): pulumi.CustomResource {
  if (object.kind === "Namespace") {
    const [type, other] = [typeOf(object, isThere), typeOf(object, !isThere)];
    // It would go with the resource of the other type, and all that is in it.
    const before = type === other ? {} : { aliases: [{ type: other }] };
    return new ObjectResource(type, name, { ...object }, pulumi.mergeOptions(options, before));
  }
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return new ObjectResource(typeOf(object, isThere), name, awaitable(object), options);
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
