import { hex } from "../../clouds/sdk/madeUp";
import { isObject, isUnknown, own, reveal, text } from "../../clouds/wire";
import type { CheckRequest, CheckResult, Properties } from "../../engine/provider";
import { withSecrets } from "./checkpoint";
import type { Kinds } from "./kinds";
import {
  annotation,
  isPatch,
  type KubeObject,
  nameOf,
  namespaceOf,
  toObject,
  toProperties,
  withMetadata,
} from "./objects";

/** Names what the program left to the provider, puts it into its namespace, and finds what cannot be rehearsed. */
export async function checkObject(request: CheckRequest, kinds: Kinds, defaultNamespace: string): Promise<CheckResult> {
  const { type, news } = request;
  const fail = (property: string, reason: string): CheckResult => ({ inputs: news, failures: [{ property, reason }] });
  if (kinds.isList(type)) {
    throw new Error(
      "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. Use the " +
        "underlying resource type instead",
    );
  }
  const mistake = kinds.mistake(type);
  if (mistake !== undefined) return fail("", mistake);
  let object = kinds.normalize(type, toObject(news));
  const isNamed = hasName(news);
  if (isPatch(type, object) && !isNamed)
    throw new Error("patch resources require the `.metadata.name` field to be set");
  const isNamable = !isUnknown(own(news, "metadata"));
  if (isNamable && !isNamed && text(news, "metadata.generateName") !== undefined) {
    throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
  }
  if (isNamable && !isNamed) object = named(object, request);
  if (isNamable && !hasNamespace(object) && (await kinds.isNamespaced(type, object))) {
    object = withMetadata(object, { namespace: defaultNamespace });
  }
  kinds.learn(object);
  return { inputs: withSecrets(toProperties(object), news), failures: [] };
}

/** A name that is given, also one that is not known yet. */
function hasName(inputs: Properties): boolean {
  const metadata = reveal(own(inputs, "metadata"));
  const name = isObject(metadata) ? reveal(own(metadata, "name")) : undefined;
  return typeof name === "string" && name !== "";
}

const hasNamespace = (object: KubeObject): boolean => namespaceOf(object) !== "";

/** The name that the provider gave before, else one that it makes up, marked as such. */
function named(object: KubeObject, { olds, name, urn, randomSeed }: CheckRequest): KubeObject {
  const old = toObject(olds);
  const isNew = Object.keys(olds).length === 0;
  if (!isNew && annotation(old, "autonamed") !== "true") return object;
  const given = isNew ? `${name}-${hex(8, randomSeed, urn)}` : nameOf(old);
  const metadata: Properties = isObject(object.metadata) ? object.metadata : {};
  const annotations = reveal(own(metadata, "annotations")) ?? {};
  const marked = isObject(annotations) ? { ...annotations, "pulumi.com/autonamed": "true" } : annotations;
  return withMetadata(object, { name: given, annotations: marked });
}
