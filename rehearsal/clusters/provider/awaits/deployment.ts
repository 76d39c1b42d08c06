import { isObject } from "../../../clouds/wire";
import { type KubeObject, listAt, nameOf, numberAt, textAt } from "../objects";
import { judgePod } from "./pod";
import { condition, isOwnedBy, isTrue, type Judgement, POD, type Rule, type Sight, worded } from "./rule";

const REVISION = "deployment.kubernetes.io/revision";
const CLAIM = { apiVersion: "v1", kind: "PersistentVolumeClaim" };
const revisionOf = (object: unknown): string => textAt(object, "metadata", "annotations", REVISION);

/** How far a Deployment has come. */
interface Progress {
  /** Enough of its pods are available. */
  isAvailable: boolean;
  /** Its new ReplicaSet has rolled out. */
  isRolledOut: boolean;
  /** The pods of its new ReplicaSet are ready. */
  isUpdated: boolean;
  /** Volumes that its pods ask for and that are not bound. */
  unbound: string[];
  isFirst: boolean;
}

/** A Deployment is ready when its newest ReplicaSet has all its pods ready, and it says itself that it is available. */
export const deployment: Rule = {
  watches: [{ apiVersion: "apps/v1", kind: "ReplicaSet" }, POD, CLAIM],
  judge(sight) {
    const { live } = sight;
    const isSeen = numberAt(live, "status", "observedGeneration") === numberAt(live, "metadata", "generation");
    const replicaSet = newReplicaSet(sight);
    const progress: Progress = {
      isAvailable: isTrue(condition(live, "Available")),
      isRolledOut: textAt(condition(live, "Progressing"), "reason") === "NewReplicaSetAvailable",
      isUpdated: replicaSet !== undefined && isFull(replicaSet) && isNew(sight),
      unbound: unboundClaims(sight),
      isFirst: revisionOf(live) === "1",
    };
    const { isAvailable, isRolledOut, isUpdated, unbound, isFirst } = progress;
    const isReady = isSeen && isAvailable && isUpdated && unbound.length === 0 && (isFirst || isRolledOut);
    if (isReady) return { isReady, problems: [] };
    const conditions = ["Progressing", "Available"]
      .map((type) => condition(live, type))
      .filter((found) => found !== undefined && found.status !== "True")
      .map(worded);
    const pods = podsOf(replicaSet, sight);
    return {
      isReady,
      problems: [...conditions, ...missing(progress), ...pods.problems],
      warnings: [...conditions, ...(pods.warnings ?? [])],
    };
  },
};

function newReplicaSet({ live, related }: Sight): KubeObject | undefined {
  const revision = revisionOf(live);
  if (revision === "") return undefined;
  return related("ReplicaSet").find((each) => isOwnedBy(each, live) && revisionOf(each) === revision);
}

/** The ReplicaSet's own number of replicas counts: it may have been scaled since. */
function isFull(replicaSet: KubeObject): boolean {
  return (numberAt(replicaSet, "status", "readyReplicas") ?? 0) >= (numberAt(replicaSet, "spec", "replicas") ?? 1);
}

/** A change of the pods' template makes a new revision; until then, what is ready is the old one. */
function isNew({ live, before }: Sight): boolean {
  if (before === undefined) return true;
  const isTemplateSame = JSON.stringify(templateOf(before)) === JSON.stringify(templateOf(live));
  return isTemplateSame || revisionOf(live) !== revisionOf(before);
}

const templateOf = (object: KubeObject): unknown => (isObject(object.spec) ? object.spec.template : undefined);

function unboundClaims({ live, related }: Sight): string[] {
  const wanted = new Set(
    listAt(live, "spec", "template", "spec", "volumes").map((each) =>
      textAt(each, "persistentVolumeClaim", "claimName"),
    ),
  );
  return related("PersistentVolumeClaim")
    .filter((claim) => wanted.has(nameOf(claim)) && textAt(claim, "status", "phase") !== "Bound")
    .map(nameOf);
}

function missing({ isAvailable, isRolledOut, isUpdated, unbound, isFirst }: Progress): string[] {
  const problems = unbound.length === 0 ? [] : [`Failed to bind PersistentVolumeClaim(s): "${unbound.join(",")}"`];
  const few = "Minimum number of Pods to consider the application live was not attained";
  if (!isAvailable) problems.push("Minimum number of live Pods was not attained");
  else if (isFirst ? !isUpdated : !isRolledOut) problems.push(few);
  else if (!isUpdated) {
    problems.push("Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live");
  }
  return problems;
}

function podsOf(replicaSet: KubeObject | undefined, { related }: Sight): Judgement {
  const judged = related("Pod")
    .filter((each) => isOwnedBy(each, replicaSet))
    .map(judgePod);
  return {
    isReady: judged.every(({ isReady }) => isReady),
    problems: judged.flatMap(({ problems }) => problems),
    warnings: judged.flatMap(({ warnings }) => warnings ?? []),
  };
}
