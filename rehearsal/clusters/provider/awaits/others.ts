import { isDeepStrictEqual } from "node:util";
import { isObject } from "../../../clouds/wire";
import { nameOf, numberAt, pluck, textAt } from "../objects";
import { condition, isTrue, type Rule, type Sight, worded } from "./rule";

/** A rule over the object alone. */
function when(isReady: (sight: Sight) => boolean, problem: (sight: Sight) => string, more: Partial<Rule> = {}): Rule {
  return {
    watches: [],
    isAskedOnRead: false,
    ...more,
    judge: (sight) => {
      const ready = isReady(sight);
      return { isReady: ready, problems: ready ? [] : [problem(sight)] };
    },
  };
}

const phase = ({ live }: Sight): string => textAt(live, "status", "phase");

export const persistentVolume = when(
  (sight) => ["Available", "Bound"].includes(phase(sight)),
  (sight) => `the volume is ${phase(sight) || "not seen yet"}, and not Available or Bound`,
  { atMostSeconds: 300 },
);

/** A claim on a class that waits for the first pod is ready while it is pending. */
export const persistentVolumeClaim = when(
  (sight) => {
    if (sight.before !== undefined && phase(sight) === "Bound") return true;
    const wanted = textAt(sight.live, "spec", "storageClassName");
    const storageClass = sight.related("StorageClass").find((each) => nameOf(each) === wanted);
    const waits = textAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer";
    return phase(sight) === (waits ? "Pending" : "Bound");
  },
  (sight) => `PersistentVolumeClaim: [${nameOf(sight.live)}] is not ready. status.phase currently at: ${phase(sight)}`,
  { watches: [{ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" }], atMostSeconds: 300 },
);

export const replicationController = when(
  ({ live }) => (numberAt(live, "status", "availableReplicas") ?? 0) === (numberAt(live, "spec", "replicas") ?? 1),
  ({ live }) =>
    `${numberAt(live, "status", "availableReplicas") ?? 0} of ${numberAt(live, "spec", "replicas") ?? 1} replicas are available`,
);

export const resourceQuota = when(
  ({ live }) => isDeepStrictEqual(pluck(live, "spec", "hard"), pluck(live, "status", "hard")),
  () => "the quota is not in force yet",
  { atMostSeconds: 60 },
);

/** Only the token of a service account is filled in by a controller. */
export const secret = when(
  ({ live }) =>
    live.type !== "kubernetes.io/service-account-token" || (isObject(live.data) && Object.keys(live.data).length > 0),
  () => "no token was filled in; does the service account exist?",
  { atMostSeconds: 5 },
);

/**
 * The real provider does not wait for a definition, and tries objects of it again and again instead. That is the same in the
 * end, and this does not depend on luck.
 */
export const definition = when(
  ({ live }) => isTrue(condition(live, "Established")),
  ({ live }) => {
    const refused = condition(live, "NamesAccepted");
    return refused?.status === "False" ? worded(refused) : "the definition is not established";
  },
  { atMostSeconds: 60 },
);
