import { NOT_KNOWN } from "../demand/unknown";
import { at, isPlain, type KubernetesObject } from "../workloads/objects";
import { isPatch, type Patched, patched } from "./patches";
import { type ObservedResource, UNKNOWN } from "./types";

const KUBERNETES = /^kubernetes:([a-z0-9.-]+)\/(v\w+):(\w+)$/;
const CHART = /^kubernetes:(helm\.sh|kustomize|yaml)\//;
const LIST = /\wList$/;

/** Whether a resource is one object of Kubernetes: what charts and folders of YAML hold is not in the program. */
export function isKubernetesObject(type: string): boolean {
  return isAskedOfKubernetes(type) && !isPatch(type) && !LIST.test(type);
}

/** Whether a resource is an object of Kubernetes, a list of objects, or a patch of one. */
export function isAskedOfKubernetes(type: string): boolean {
  return KUBERNETES.test(type) && !CHART.test(type);
}

/** The objects of one cluster. */
export interface Cluster {
  /** Empty where it cannot be told. */
  readonly site: string;
  /** Lists taken apart, and patches that say all that is counted. */
  readonly seen: readonly Seen[];
  /** All other patches. */
  readonly patches: readonly Patched[];
}

/** A resource, and the object that it is. */
export interface Seen {
  readonly resource: ObservedResource;
  readonly object: KubernetesObject;
}

/**
 * The objects of a program by cluster. Clusters that cannot be told are told apart by their providers: an object of one is none of
 * another's, though it may be called the same.
 */
export function clustersOf(
  objects: readonly ObservedResource[],
  siteOf: (resource: ObservedResource) => string | undefined,
): Cluster[] {
  const clusters = new Map<string, { site: string; asked: Seen[] }>();
  const byUrn = new Map(objects.map((resource) => [resource.urn, resource]));
  for (const resource of objects) {
    const site = siteOf(resource);
    const key = site ?? `untold ${resource.provider?.urn ?? ""}`;
    const cluster = clusters.get(key) ?? { site: site ?? "", asked: [] };
    for (const one of members(resource)) cluster.asked.push({ resource: one, object: objectOf(one, byUrn) });
    clusters.set(key, cluster);
  }
  return [...clusters.values()].map(({ site, asked }) => ({ site, ...patched(asked) }));
}

/**
 * A list's objects, as if each were a resource of its own; any other resource alone. Of a list that is not known there is one
 * object of which nothing is known.
 */
function members(resource: ObservedResource): ObservedResource[] {
  const { type, name, props, ignoreChanges, propertyDependencies } = resource;
  const items = isPlain(props) ? props.items : props;
  if (!LIST.test(type) || (items !== UNKNOWN && !Array.isArray(items))) return [resource];
  const from = propertyDependencies.items ?? [];
  return (Array.isArray(items) ? items : [UNKNOWN]).map((item: unknown, i) => ({
    ...resource,
    type: type.replace(/List$/, ""),
    name: `${name}[${i}]`,
    props: item,
    ignoreChanges: ignoreChanges.flatMap((path) => within(path, i) ?? []),
    propertyDependencies: { metadata: from, spec: from },
  }));
}

/** What a path of a list says of one of its items; undefined where it is about another. */
function within(path: string, index: number): string | undefined {
  if (path === "*" || path === "items") return "*";
  const [, which, rest = ""] = /^items(?:\[|\.)"?(\d+|\*)"?\]?\.?(.*)$/.exec(path) ?? [];
  if (which !== "*" && which !== String(index)) return undefined;
  return rest === "" ? "*" : rest;
}

/**
 * The object as Kubernetes would have it, {@link NOT_KNOWN} for what is not known. What an autoscaler scales, and where, is told by
 * the resource that its name comes from.
 * @param others the resources that it may come from, by URN
 */
export function objectOf(
  resource: ObservedResource,
  others: ReadonlyMap<string, ObservedResource> = new Map(),
): KubernetesObject {
  const [, group = "core", version = "v1", kind = ""] = KUBERNETES.exec(resource.type) ?? [];
  const apiVersion = group === "core" ? version : `${group}/${version}`;
  const plain = withoutUnknowns(resource.props);
  const props = plain !== null && typeof plain === "object" && !Array.isArray(plain) ? plain : { spec: plain };
  const object = { ...props, apiVersion, kind, metadata: metadataOf(resource, props) } as KubernetesObject;
  const target = targetOf(resource, object, others);
  if (target === undefined) return object;
  const { name, namespace } = metadataOf(target, withoutUnknowns(target.props) as object);
  const scaleTargetRef = { ...(at(object, "spec", "scaleTargetRef") as object), name };
  return {
    ...object,
    metadata: { ...object.metadata, ...(namespace !== undefined && { namespace }) },
    spec: { ...(object.spec as object), scaleTargetRef },
  };
}

type Metadata = KubernetesObject["metadata"];

/**
 * An object that the provider names itself is called by its name in the program until then; a namespace that is not known by what
 * its name comes from.
 */
function metadataOf({ urn, name, propertyDependencies }: ObservedResource, props: object): Metadata {
  const given = (props as { metadata?: unknown }).metadata;
  if (!isPlain(given)) return { name };
  const own = typeof given.name === "string" && given.name !== NOT_KNOWN ? given.name : name;
  if (given.namespace !== NOT_KNOWN) return { ...given, name: own };
  const from = (propertyDependencies.metadata ?? []).map(tailOf);
  return {
    ...given,
    name: own,
    namespace: `${NOT_KNOWN} ${from.length > 0 ? [...from].sort().join(", ") : tailOf(urn)}`,
  };
}

/** Type and name of a URN, which tell it from all others of a stack. */
const tailOf = (urn: string): string => urn.split("::").slice(-2).join("::");

/** The resource that an autoscaler scales, where the name is not known and comes from the only one of its kind. */
function targetOf(
  { propertyDependencies }: ObservedResource,
  object: KubernetesObject,
  others: ReadonlyMap<string, ObservedResource>,
): ObservedResource | undefined {
  if (at(object, "spec", "scaleTargetRef", "name") !== NOT_KNOWN) return undefined;
  const kind = at(object, "spec", "scaleTargetRef", "kind") ?? "Deployment";
  const found = (propertyDependencies.spec ?? [])
    .map((urn) => others.get(urn))
    .filter((one) => one?.type.endsWith(`:${String(kind)}`) === true);
  return found.length === 1 ? found[0] : undefined;
}

function withoutUnknowns(value: unknown): unknown {
  if (value === UNKNOWN) return NOT_KNOWN;
  if (Array.isArray(value)) return value.map(withoutUnknowns);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutUnknowns(member)]));
}
