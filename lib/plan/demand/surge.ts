import type { Field } from "./fields";
import { selectsPodsOf } from "./podSelection";
import type { Workload } from "./workloads";

const NEEDS_A_NODE =
  "A rolling update of pods that share no node starts one before it stops one where maxUnavailable is less than a pod (as 25% " +
  "of three is), for which every site needs a node more; maxUnavailable 1 needs none";

/** Percent of the pods that may be gone during an update, by Kubernetes' default; rounded down to whole pods. */
const DEFAULT_UNAVAILABLE = "25%";

/** Whether an update of a Deployment waits for a node that has none of its pods, old or new; told to `note`. */
export function noteSurge(of: Workload, object: Field, note: (matter: string) => void): void {
  const strategy = object.at("spec", "strategy");
  if (of.identity.kind !== "Deployment" || of.replicas === 0 || strategy.at("type").value === "Recreate") return;
  // The pods of the old revision are like another workload's that has the same labels.
  const old = { ...of };
  const isApart = of.antiAffinity.some((selection) => selectsPodsOf(selection, of, old));
  if (!isApart && of.shape.hostPorts === undefined) return;
  if (mayBeNone(strategy.at("rollingUpdate", "maxUnavailable").value ?? DEFAULT_UNAVAILABLE)) note(NEEDS_A_NODE);
}

/** Whether so much of a site's pods can be no whole pod: 25 % of three is none, and how many a site has is not known here. */
function mayBeNone(unavailable: unknown): boolean {
  return unavailable === 0 || (typeof unavailable === "string" && unavailable !== "100%");
}
