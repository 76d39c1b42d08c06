import { type Field, shown } from "./fields";
import type { Identity } from "./identity";
import { oneOf } from "./words";

/** What the API knows (v1.34), for pods and for single containers. */
export const RESTART_POLICIES = ["Always", "OnFailure", "Never"] as const;

/** What kinds take of it: pods that are to run for ever are restarted, those of a Job have an end. */
const TAKEN: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...["apps/Deployment", "apps/StatefulSet", "apps/ReplicaSet", "apps/DaemonSet", "/ReplicationController"].map(
    (kind) => [kind, ["Always"]] as const,
  ),
  ...["batch/Job", "batch/CronJob"].map((kind) => [kind, ["OnFailure", "Never"]] as const),
]);

/** Reports a pod's `restartPolicy` that the API server refuses: an unknown word, or one that its kind does not take. */
export function checkRestartPolicy({ group, kind }: Pick<Identity, "group" | "kind">, podSpec: Field): void {
  const written = podSpec.at("restartPolicy");
  const policy = oneOf(written, RESTART_POLICIES);
  const taken = TAKEN.get(`${group}/${kind}`);
  if (policy === undefined || taken === undefined || taken.includes(policy)) return;
  written.problem(`must be ${taken.join(" or ")} in a ${kind}, got ${shown(policy)}`);
}
