import { type Running, withoutAdopted } from "./adopted";
import { keyOf } from "./identity";
import { namesOf } from "./naming";
import { Notes } from "./notes";
import { distinct, type Found, Problems, type SourceObject } from "./objects";
import { podsOf } from "./podSources";
import { Scalers } from "./scalers";
import { Surroundings } from "./surroundings";
import { isCounted, type Manifests, type Workload, workload } from "./workloads";

/** A workload of manifests, and what a fleet's spec calls it. */
export interface NamedWorkload {
  /** The name alone where it is unique, else `namespace/name`, and more where even that is not. */
  readonly name: string;
  readonly workload: Workload;
}

/** Manifests as read: all objects, and those among them that run pods. */
export interface ReadManifests {
  /** Lists taken apart, each object once. */
  readonly objects: readonly Found[];
  /** Without those whose controller is among the objects as well. */
  readonly workloads: readonly NamedWorkload[];
  readonly notes: Notes;
  readonly problems: Problems;
}

/**
 * Reads objects once, for whoever counts them and whoever renders them, so that both call a workload by one name.
 * @param keeps whether an object is read at all; it says in a note why not. @default all are
 * @param nodeLabels keys of the labels of the nodes that they are for. @default not given
 */
export function readObjects(
  sources: readonly SourceObject[],
  keeps: (found: Found, notes: Notes) => boolean = () => true,
  nodeLabels?: ReadonlySet<string>,
): ReadManifests {
  const problems = new Problems();
  const manifests: Manifests = {
    ...{ surroundings: new Surroundings(), scalers: new Scalers(), notes: new Notes() },
    nodeLabels,
  };
  const objects = distinct(sources, problems, manifests.notes).filter((found) => keeps(found, manifests.notes));
  const present = new Set<string>();
  const running: Found[] = [];
  for (const found of objects) {
    const { identity, field } = found;
    if (manifests.surroundings.takeIn(identity, field)) continue;
    if (manifests.scalers.takeIn(identity, field)) continue;
    noteOthers(found, manifests.notes);
    if (podsOf(identity, field, () => {}) === undefined) continue;
    present.add(keyOf(identity));
    running.push(found);
  }
  const read = running
    .filter(({ identity, field }) => !isCounted(identity, field, present))
    .flatMap((found): Running[] => {
      const one = workload(found.identity, found.field, manifests);
      return one === undefined ? [] : [{ found, workload: one }];
    });
  const workloads = withoutAdopted(read, manifests.notes);
  for (const scaler of manifests.scalers.unclaimed()) {
    manifests.notes.add("Autoscalers of workloads that are not in the manifests", scaler, "uncounted");
  }
  for (const scalers of manifests.scalers.ambiguous()) {
    manifests.notes.add(
      "Of several autoscalers of one workload the largest maximum is counted, yet Kubernetes lets none of them act (AmbiguousSelector)",
      scalers,
    );
  }
  const names = namesOf(workloads);
  const named = workloads.map((one, index) => ({ workload: one, name: names[index] ?? one.identity.name }));
  return { objects, workloads: named, notes: manifests.notes, problems };
}

/** Kinds of Kubernetes of which others have namesakes: those are named with their group. */
const OF_KUBERNETES = new Set("Pod Job CronJob Deployment StatefulSet DaemonSet ReplicaSet Service Ingress".split(" "));

/** Kinds that start or change pods in ways that no manifest shows. */
function noteOthers({ identity, field }: Found, notes: Notes): void {
  const { group, kind, namespace, name } = identity;
  if (group === "" && kind === "ResourceQuota") {
    notes.add("Whether a ResourceQuota has room for the pods of its namespace is not judged", `${namespace}/${name}`);
  } else if (kind === "VerticalPodAutoscaler" && field.at("spec", "updatePolicy", "updateMode").value !== "Off") {
    notes.add("Requests that a VerticalPodAutoscaler raises are not counted", name, "uncounted");
  } else if (group.includes(".") && !group.endsWith(".k8s.io") && podsOf(identity, field, () => {}) === undefined) {
    notes.add(
      "Custom resources may start pods that are not counted",
      OF_KUBERNETES.has(kind) ? `${kind}.${group}` : kind,
      // The pods of Argo's may be described by another object, which stands at no replicas then. Of other kinds nobody can tell.
      kind === "Rollout" ? "uncounted" : undefined,
    );
  }
}
