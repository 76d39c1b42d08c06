import type { NodeSpreadSpec } from "../spec";
import type { Field } from "./fields";
import { HOST_LABEL } from "./nodeLabels";
import { type PodSelection, readSelection } from "./podSelection";
import { oneOf } from "./words";

/** Topology spread over hosts that must hold, and the pods that it counts. */
export interface NodeSpread extends NodeSpreadSpec {
  readonly selection: PodSelection;
}

const POLICIES = ["Honor", "Ignore"] as const;

/** What is said of a spread that cannot be judged. */
export const UNJUDGED_SPREAD =
  "Topology spread that must hold (DoNotSchedule) by anything but hosts, or of more than a workload's own pods, is not judged";

/** Reads the spreads that must hold and can be judged; the others are told to `note`. */
export function nodeSpreads(spec: Field, note: (matter: string) => void): NodeSpread[] {
  const all = spec.at("topologySpreadConstraints").items();
  return all
    .filter((one) => one.at("whenUnsatisfiable").value !== "ScheduleAnyway")
    .flatMap((one) => {
      const read = readSpread(one);
      if (read === undefined) note(UNJUDGED_SPREAD);
      return read ?? [];
    });
}

function readSpread(constraint: Field): NodeSpread | undefined {
  const maxSkew = constraint.at("maxSkew").whole(1);
  const minDomains = constraint.at("minDomains").whole(1);
  const nodeTaintsPolicy = oneOf(constraint.at("nodeTaintsPolicy"), POLICIES);
  const nodeAffinityPolicy = oneOf(constraint.at("nodeAffinityPolicy"), POLICIES);
  const selection = readSelection(constraint);
  const isByHost = constraint.at("topologyKey").text() === HOST_LABEL;
  if (!isByHost || maxSkew === undefined || nodeAffinityPolicy === "Ignore" || selection === undefined)
    return undefined;
  return {
    maxSkew,
    ...(minDomains === undefined || minDomains === 1 ? {} : { minDomains }),
    ...(nodeTaintsPolicy === "Honor" ? { nodeTaintsPolicy } : {}),
    selection,
  };
}
