import { SPREAD_OVER } from "../workloads/podTemplates";
import type { Field } from "./fields";
import { type PodSelection, readSelection } from "./podSelection";

/** What decides which of the nodes with room a pod gets, beside their room and the spread that all pods have. */
export interface Preferences {
  /** Whether there are some, whatever pods there are: preferred affinities, and spreads that differ from everybody's. */
  readonly areOwn: boolean;
  /** Pods that a preferred spread like everybody's counts: there are preferences where these are not the workload's own. */
  readonly spreads: readonly PodSelection[];
  /** Pods near which its own are preferred, or from which they are kept: these have preferences as well. */
  readonly others: readonly PodSelection[];
}

const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

/** Reads the preferences of a pod. Required affinity counts too: what it asks for attracts the pods that it is about. */
export function preferencesOf(spec: Field): Preferences {
  const terms = (kind: string) =>
    spec
      .at("affinity", kind, PREFERRED)
      .items()
      .map((one) => one.at("podAffinityTerm"));
  const preferred = [...terms("podAffinity"), ...terms("podAntiAffinity")];
  const required = spec.at("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution").items();
  const soft = spec
    .at("topologySpreadConstraints")
    .items()
    .filter((one) => one.at("whenUnsatisfiable").value === "ScheduleAnyway");
  const spreads = soft.map((one) => (isEverybodys(one) ? readSelection(one) : undefined));
  return {
    areOwn:
      preferred.length > 0 ||
      required.length > 0 ||
      spec.at("affinity", "nodeAffinity", PREFERRED).items().length > 0 ||
      spreads.includes(undefined),
    spreads: spreads.filter((one) => one !== undefined),
    others: [...preferred, ...required].map(readSelection).filter((one) => one !== undefined),
  };
}

/** Whether a constraint is one of those that FleetWorkload gives to pods that say nothing. */
function isEverybodys(constraint: Field): boolean {
  return constraint.at("maxSkew").value === 1 && SPREAD_OVER.includes(constraint.at("topologyKey").text() ?? "");
}
