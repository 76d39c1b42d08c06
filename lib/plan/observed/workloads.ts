import { type CountedDemand, demandFromObjects, type SourceObject } from "../demand";
import type { Problem } from "../problems";
import type { DaemonSetSpec, WorkloadSpec } from "../spec";
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
  const bySite = new Map<string, SourceObject[]>();
  for (const resource of objects) {
    const site = siteOf(resource) ?? "";
    const list = bySite.get(site) ?? [];
    list.push({ object: objectOf(resource), source: `${resource.type.split(":").at(-1)} "${resource.name}"` });
    bySite.set(site, list);
  }
  const counted = [...bySite].map(([site, list]) => ({ site, demand: demandFromObjects(list) }));
  return {
    present: counted.some(
      ({ demand }) => demand.workloads.length + demand.daemonSets.length > 0 || hasProblems(demand),
    ),
    workloads: merged(counted.flatMap(({ demand }) => demand.workloads)),
    daemonSets: new Map(counted.map(({ site, demand }) => [site, demand.daemonSets])),
    withoutRequests: [...new Set(counted.flatMap(({ demand }) => demand.withoutRequests))],
    problems: counted.flatMap(({ demand }) => demand.problems),
    notes: [...new Set(counted.flatMap(({ demand }) => demand.notes))],
  };
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
 * The object as Kubernetes would have it. What is not known becomes a text, which is a problem exactly where a number,
 * a list or a quantity is needed; a label or an environment variable that is not known changes no demand.
 */
export function objectOf(resource: ObservedResource): unknown {
  const [, group = "core", version = "v1", kind = ""] = KUBERNETES.exec(resource.type) ?? [];
  const apiVersion = group === "core" ? version : `${group}/${version}`;
  const plain = withoutUnknowns(resource.props);
  const props = plain !== null && typeof plain === "object" && !Array.isArray(plain) ? plain : { spec: plain };
  return { ...props, apiVersion, kind, metadata: metadataOf(props, resource.name) };
}

/** An object that the provider names itself is called by its name in the program until then. */
function metadataOf(props: object, name: string): unknown {
  const given = (props as { metadata?: unknown }).metadata;
  if (given === null || typeof given !== "object" || Array.isArray(given)) return { name };
  const own = (given as { name?: unknown }).name;
  return typeof own === "string" && own !== NOT_KNOWN ? given : { ...given, name };
}

const NOT_KNOWN = "(not known before the update)";

function withoutUnknowns(value: unknown): unknown {
  if (value === UNKNOWN) return NOT_KNOWN;
  if (Array.isArray(value)) return value.map(withoutUnknowns);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutUnknowns(member)]));
}
