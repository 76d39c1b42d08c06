import { Field } from "../demand/fields";
import type { ManifestSource } from "../demand/given";
import { identityOf, keyOf } from "../demand/identity";
import { ManifestError, objectsOf } from "../demand/manifests";
import type { Found, SourceObject } from "../demand/objects";
import { DIVIDED_PEERS } from "../demand/peers";
import type { NamedWorkload, ReadManifests } from "../demand/reading";
import { keepsAway } from "../demand/workloads";
import { readWritten } from "../demand/written";
import { portNames } from "../exclusion";
import type { FleetPlan } from "../plan";
import type { Problem } from "../problems";
import type { WorkloadSpec } from "../spec";
import { cleaned, isOfItsCluster, ownerKey } from "./cleaning";
import type { KubernetesObject } from "./objects";
import type { Priority } from "./priorities";
import { placedSites, specOf } from "./replicas";
import type { ScalingMode } from "./scaling";
import { type PlacedWorkload, siteOf } from "./site";

/** How manifests become the objects of sites. */
export interface RenderOptions {
  /** How workloads with an autoscaler wait for a loss. @default "prescaled" */
  readonly scaling?: ScalingMode;
  /**
   * What the names of the priority classes begin with, such as `multisite-critical`: two programs that share a cluster
   * give two. @default "multisite"
   */
  readonly priorityPrefix?: string;
  /** Priorities whose classes are wanted although no object of the manifests has them. @default [] */
  readonly priorities?: readonly Priority[];
  /** Namespaces that every site has already, so that none is made for the objects in them. @default [] */
  readonly existingNamespaces?: readonly string[];
}

/** What every site is given. */
export interface RenderedFleet {
  /** The sites that run workloads, by their number: without those that are lost or leaving. */
  readonly sites: readonly RenderedSite[];
  /** What was changed or could not be kept, in sentences; each names its objects. */
  readonly notes: readonly string[];
  /**
   * Where an object of a site was written, such as `shop.yaml:42 (document 3)`; undefined for one that the manifests do not
   * have, such as a Namespace or a PriorityClass made for the others.
   */
  readonly whereOf: (object: KubernetesObject) => string | undefined;
}

/** The objects of one site. */
export interface RenderedSite {
  readonly site: string;
  /** In an order in which they can be applied one after the other. Each site's objects are its own copies. */
  readonly objects: readonly KubernetesObject[];
  /** The objects that run pods, in the order of the manifests. */
  readonly workloads: readonly RenderedWorkload[];
}

/** An object that runs pods at a site. */
export interface RenderedWorkload {
  /** What the plan calls it, as in `placements[].replicas`. */
  readonly name: string;
  readonly kind: string;
  /** `default` where the manifest says none. */
  readonly namespace: string;
  /** Name of the object. */
  readonly object: string;
  /** Pods that the site runs before anything is lost. */
  readonly replicas: number;
  /** Pods at most: what the verdict has counted room for at this site. */
  readonly maximum: number;
  /** Whether an autoscaler sets the replicas between the two. */
  readonly autoscaled: boolean;
}

/**
 * The objects of each site: replicas of every workload as the plan places them (static stability: what the site must
 * carry after the worst loss runs before it), spread over zones and hosts as a preference, a priority class, a
 * PodDisruptionBudget that allows one disruption, and autoscalers bounded by what the site has room for. Everything else
 * goes to every site as it is. What a live cluster wrote into the objects is taken out. Pure: manifests are not changed.
 *
 *     const { sites } = siteObjects(fleetPlan(spec), [{ name: "shop.yaml", text }]);
 *     for (const { site, objects } of sites) await apply(site, objects);
 *
 * @param manifests texts of YAML or JSON, or objects that were read already
 * @throws ManifestError with every problem of the manifests at once
 */
export function siteObjects(
  plan: FleetPlan,
  manifests: readonly (ManifestSource | SourceObject)[],
  options: RenderOptions = {},
): RenderedFleet {
  const { objects, problems: unreadable } = objectsOf(manifests);
  const read = readWritten(objects);
  const problems = [...unreadable, ...read.problems.all, ...read.objects.flatMap(withoutName)];
  if (problems.length > 0) throw new ManifestError(problems);
  const present = new Set(
    read.objects.map(({ identity: { namespace, kind, name } }) => ownerKey(namespace, kind, name)),
  );
  const kept = read.objects.filter((found) => {
    const dropped = isOfItsCluster(found, present);
    if (dropped) read.notes.add("Made by a cluster for itself, so no site is given it", title(found));
    return !dropped;
  });
  const placed = matched(plan, read);
  const { scaling = "prescaled", priorityPrefix = "multisite", priorities = [], existingNamespaces = [] } = options;
  const settings = { scaling, priorityPrefix, priorities, existingNamespaces };
  const sites = placedSites(plan).map((place) =>
    siteOf(
      place,
      kept.map((found) => ({ object: cleaned(found, read.notes), workload: placed.get(found.field.value) })),
      settings,
      read.notes,
    ),
  );
  const written = new Map(kept.map(({ identity, where }) => [keyOf(identity), where]));
  return { sites, notes: read.notes.lines(), whereOf: (object) => written.get(keyOfObject(object))?.() };
}

function keyOfObject(object: KubernetesObject): string {
  const identity = identityOf(new Field(object, [], () => {}));
  return identity === undefined ? "" : keyOf(identity);
}

function title({ identity }: Found): string {
  return `${identity.kind} ${identity.namespace === "default" ? "" : `${identity.namespace}/`}${identity.name}`;
}

function withoutName({ identity, field }: Found): Problem[] {
  if (identity.name !== "") return [];
  return [
    { path: identity.kind, message: `metadata.name is missing${field.absent ? "" : ": an object must have a name"}` },
  ];
}

/** The workloads by their objects as read. */
function matched(plan: FleetPlan, { objects, workloads, notes }: ReadManifests): Map<unknown, PlacedWorkload> {
  const specs = new Map((plan.spec.demand.workloads ?? []).map((one): [string, WorkloadSpec] => [one.name, one]));
  const byIdentity = new Map(objects.map(({ identity, field }) => [identity, field.value]));
  const onEveryNode = new Set((plan.spec.demand.daemonSets ?? []).map(({ name }) => name));
  const taken = new Map<string, string>();
  const placed = new Map<unknown, PlacedWorkload>();
  for (const one of workloads) {
    const spec = specOf(one, specs);
    if (one.workload.replicas === "every node") {
      if (!onEveryNode.has(one.name))
        notes.add("DaemonSets that the demand does not name, so not in the verdict", one.name);
    } else if (spec === undefined) {
      notes.add("Not among the demand's workloads, so divided by the sites' shares, and not in the verdict", one.name);
    } else if (taken.has(spec.name)) {
      notes.add(`More than one object is workload ${spec.name} of the demand, which counts its pods once`, one.name);
    } else noteDifference(one, spec, notes);
    const isDivided = spec === undefined || (spec.spread !== "everywhere" && spec.spread !== "singleton");
    if (one.workload.areNumberedPeers && isDivided && Number(spec?.replicas ?? one.workload.replicas) > 1) {
      notes.add(DIVIDED_PEERS, one.name);
    }
    if (spec !== undefined) taken.set(spec.name, one.name);
    placed.set(byIdentity.get(one.workload.identity), { name: spec?.name ?? one.name, spec, workload: one.workload });
  }
  return placed;
}

/** A demand that was written down once, and pods that ask for more today: the verdict is about the former. */
function noteDifference({ name, workload }: NamedWorkload, spec: WorkloadSpec, notes: ReadManifests["notes"]): void {
  if (workload.shape.cpu > spec.cpu || workload.shape.memoryGiB > spec.memoryGiB) {
    notes.add(`Requests more than the demand says, by which the verdict has counted`, name);
  }
  const { hostPorts = [] } = workload.shape;
  const isAlone = keepsAway(workload, workload) && spec.onePerNode !== true;
  if (isAlone || portNames(hostPorts).some((port) => !portNames(spec.hostPorts ?? []).includes(port))) {
    notes.add("Is kept off more nodes than the demand says, by which the verdict has counted", name);
  }
}
