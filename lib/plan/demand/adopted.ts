import { selectorOf, selects } from "../workloads/selectors";
import { type Field, isMap } from "./fields";
import type { Notes } from "./notes";
import type { Found } from "./objects";
import { templateLabels } from "./podSelection";
import { amountsOf } from "./podShape";
import { raiseTo } from "./resourceList";
import type { Workload } from "./workloads";

/** An object that runs pods, and what was read of it. */
export interface Running {
  readonly found: Found;
  readonly workload: Workload;
}

const ADOPTED =
  "Pods that a controller of the manifests adopts, which then makes one fewer: counted once, at the larger requests of the two";

/**
 * The workloads without the bare Pods that a ReplicaSet or ReplicationController of the same manifests adopts by its
 * selector: they are among its replicas, whose requests are then the larger of both, resource by resource.
 */
export function withoutAdopted(running: readonly Running[], notes: Notes): Workload[] {
  const adopters = running.filter(({ found }) => isAdopter(found));
  const raised = new Map<Running, Map<string, bigint>>();
  const adopted = new Set<Running>();
  for (const pod of running.filter(({ found }) => isOrphan(found))) {
    const adopter = adopters.find((one) => adopts(one.found, pod));
    if (adopter === undefined) continue;
    adopted.add(pod);
    const requests = raised.get(adopter) ?? new Map(adopter.workload.requests);
    raiseTo(requests, pod.workload.requests);
    raised.set(adopter, requests);
    notes.add(ADOPTED, `${pod.workload.identity.name} (${title(adopter.workload)})`);
  }
  return running
    .filter((one) => !adopted.has(one))
    .map((one) => {
      const requests = raised.get(one);
      const { workload } = one;
      return requests === undefined
        ? workload
        : { ...workload, requests, shape: { ...workload.shape, ...amountsOf(requests) } };
    });
}

function isAdopter({ identity: { group, kind } }: Found): boolean {
  return (group === "apps" && kind === "ReplicaSet") || (group === "" && kind === "ReplicationController");
}

/** A Pod that has no controller. */
function isOrphan({ identity: { group, kind }, field }: Found): boolean {
  if (group !== "" || kind !== "Pod") return false;
  return !field
    .at("metadata", "ownerReferences")
    .items()
    .some((owner) => owner.at("controller").value === true);
}

function adopts({ identity, field }: Found, { workload }: Running): boolean {
  const { cluster, namespace } = workload.identity;
  return (
    identity.cluster === cluster && identity.namespace === namespace && selects(selectorOfPods(field), workload.labels)
  );
}

/** A ReplicationController without a selector has the labels of its template; an empty one selects nothing. */
function selectorOfPods(field: Field): unknown {
  const own = isMap(field.value) ? selectorOf(field.value) : undefined;
  const selector = own ?? { matchLabels: templateLabels(field.at("spec", "template")) };
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const isEmpty = Object.keys(Object(matchLabels)).length === 0 && Object.keys(Object(matchExpressions)).length === 0;
  return isEmpty ? undefined : selector;
}

function title({ identity: { kind, name } }: Workload): string {
  return `${kind} ${name}`;
}
