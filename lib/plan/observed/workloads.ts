import { type CountedDemand, demandFromObjects, type SourceObject } from "../demand";
import { NOT_KNOWN } from "../demand/unknown";
import type { Problem } from "../problems";
import type { DaemonSetSpec, WorkloadSpec } from "../spec";
import { at, isPlain, type KubernetesObject } from "../workloads/objects";
import { type ObservedResource, UNKNOWN } from "./types";

/** What the Kubernetes objects of a program ask for, all its clusters together. */
export interface ObservedWorkloads {
  /** Whether the program has any object that runs pods. */
  readonly present: boolean;
  /** Workloads by name, their replicas summed over the clusters that run them alike. */
  readonly workloads: readonly WorkloadSpec[];
  /** What runs on every node, by the site it is deployed to; "" for objects whose cluster cannot be told. */
  readonly daemonSets: ReadonlyMap<string, readonly DaemonSetSpec[]>;
  /** Containers without requests, as `workload/container`. */
  readonly withoutRequests: readonly string[];
  /** Objects that cannot be read, unknown values among them: their demand is not known. */
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** Those of the notes that tell of what is asked for and was not counted. */
  readonly uncounted: readonly string[];
}

const KUBERNETES = /^kubernetes:([a-z0-9.-]+)\/(v\w+):(\w+)$/;
const CHART = /^kubernetes:(helm\.sh|kustomize|yaml)\//;

/** Whether a resource is one object of Kubernetes: what charts and folders of YAML hold is not in the program. */
export function isKubernetesObject(type: string): boolean {
  return KUBERNETES.test(type) && !CHART.test(type) && !type.endsWith("Patch") && !type.endsWith("List");
}

/**
 * Counts what the objects ask for. A fleet's demand is what all its sites run together: a Deployment of three replicas
 * in each of three clusters is one workload of nine.
 * @param siteOf the site that an object is deployed to; undefined where nobody can tell.
 */
export function observedWorkloads(
  objects: readonly ObservedResource[],
  siteOf: (resource: ObservedResource) => string | undefined,
): ObservedWorkloads {
  const counted = clustersOf(objects, siteOf).map(({ site, seen }) => {
    const sources = seen.map(({ resource, object }): SourceObject => {
      return { object, source: `${resource.type.split(":").at(-1)} "${resource.name}"` };
    });
    return { site, demand: demandFromObjects(sources) };
  });
  return {
    present: counted.some(
      ({ demand }) => demand.workloads.length + demand.daemonSets.length > 0 || hasProblems(demand),
    ),
    workloads: merged(counted.flatMap(({ demand }) => demand.workloads)),
    daemonSets: daemonSetsBySite(counted),
    withoutRequests: [...new Set(counted.flatMap(({ demand }) => demand.withoutRequests))],
    problems: counted.flatMap(({ demand }) => demand.problems),
    notes: [...new Set(counted.flatMap(({ demand }) => demand.notes))],
    uncounted: [...new Set(counted.flatMap(({ demand }) => demand.uncounted))],
  };
}

/** Of clusters that cannot be told, each may have the same DaemonSet: a node has it once. */
function daemonSetsBySite(
  counted: readonly { readonly site: string; readonly demand: CountedDemand }[],
): Map<string, DaemonSetSpec[]> {
  const bySite = new Map<string, Map<string, DaemonSetSpec>>();
  for (const { site, demand } of counted) {
    const alike = bySite.get(site) ?? new Map<string, DaemonSetSpec>();
    for (const one of demand.daemonSets) alike.set(JSON.stringify(one), one);
    bySite.set(site, alike);
  }
  return new Map([...bySite].map(([site, alike]) => [site, [...alike.values()]]));
}

/** The objects of one cluster. */
export interface Cluster {
  /** Empty where it cannot be told. */
  readonly site: string;
  readonly seen: readonly Seen[];
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
  const clusters = new Map<string, { site: string; seen: Seen[] }>();
  const byUrn = new Map(objects.map((resource) => [resource.urn, resource]));
  for (const resource of objects) {
    const site = siteOf(resource);
    const key = site ?? `untold ${resource.provider?.urn ?? ""}`;
    const cluster = clusters.get(key) ?? { site: site ?? "", seen: [] };
    cluster.seen.push({ resource, object: objectOf(resource, byUrn) });
    clusters.set(key, cluster);
  }
  return [...clusters.values()];
}

function hasProblems(demand: CountedDemand): boolean {
  return demand.problems.length > 0;
}

/** Equal workloads of several clusters become one; workloads that only share a name are told apart by a number. */
function merged(all: readonly WorkloadSpec[]): WorkloadSpec[] {
  const alike = new Map<string, WorkloadSpec>();
  for (const one of all) {
    const { replicas, ...rest } = one;
    const key = JSON.stringify(rest);
    const known = alike.get(key);
    alike.set(key, known === undefined ? one : { ...known, replicas: known.replicas + replicas });
  }
  const seen = new Map<string, number>();
  return [...alike.values()].map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` };
  });
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
