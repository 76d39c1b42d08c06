import { type KubeObject, numberAt, textAt } from "../objects";
import { judgePod } from "./pod";
import { condition, isOwnedBy, isTrue, POD, type Rule, type Sight, shortName, worded } from "./rule";

const isSeen = (live: KubeObject): boolean =>
  (numberAt(live, "status", "observedGeneration") ?? 0) >= (numberAt(live, "metadata", "generation") ?? 0);

function podsOf({ live, related }: Sight) {
  const judged = related("Pod")
    .filter((each) => isOwnedBy(each, live))
    .map(judgePod);
  return {
    problems: judged.flatMap(({ problems }) => problems),
    warnings: judged.flatMap(({ warnings }) => warnings ?? []),
  };
}

/** A StatefulSet is ready when all its replicas are, and are of the newest revision, unless it only changes them on deletion. */
export const statefulSet: Rule = {
  watches: [POD],
  judge(sight) {
    const { live } = sight;
    const status = (name: string) => numberAt(live, "status", name) ?? 0;
    const wanted = numberAt(live, "spec", "replicas") ?? 1;
    const isOnDelete =
      textAt(live, "spec", "updateStrategy", "type") === "OnDelete" &&
      (numberAt(live, "metadata", "generation") ?? 0) > 1;
    const [current, target] = ["currentRevision", "updateRevision"].map((name) => textAt(live, "status", name));
    const isCurrent = isOnDelete || (current !== "" && current === target);
    const isFull =
      status("replicas") === wanted &&
      status("readyReplicas") === wanted &&
      (isOnDelete || status("currentReplicas") === wanted);
    if (isSeen(live) && isCurrent && isFull) return { isReady: true, problems: [] };
    const ready = isCurrent ? status("readyReplicas") : Math.min(status("readyReplicas"), status("updatedReplicas"));
    const { problems, warnings } = podsOf(sight);
    return {
      isReady: false,
      problems: [
        ...(isFull ? [] : [`${ready} out of ${wanted} replicas succeeded readiness checks`]),
        ...(isCurrent
          ? []
          : [`StatefulSet controller failed to advance from revision "${current}" to revision "${target}"`]),
        ...problems,
      ],
      warnings,
    };
  },
};

/** A DaemonSet is ready when every node that it is for has an up-to-date pod that is available. Source: kstatus, cli-utils. */
export const daemonSet: Rule = {
  watches: [POD],
  judge(sight) {
    const { live } = sight;
    const status = (name: string) => numberAt(live, "status", name);
    const wanted = status("desiredNumberScheduled");
    const short = (what: string, name: string) =>
      (status(name) ?? 0) < (wanted ?? 0) ? [`${what}: ${status(name) ?? 0}/${wanted}`] : [];
    if (!isSeen(live) || wanted === undefined)
      return { isReady: false, problems: ["Missing .status.desiredNumberScheduled"] };
    const problems = [
      ...short("Current", "currentNumberScheduled"),
      ...short("Updated", "updatedNumberScheduled"),
      ...short("Available", "numberAvailable"),
      ...short("Ready", "numberReady"),
    ];
    if (problems.length === 0) return { isReady: true, problems };
    const pods = podsOf(sight);
    return { isReady: false, problems: [...problems, ...pods.problems], warnings: pods.warnings };
  },
};

/** A Job is ready when it has succeeded. One that has failed for good is waited for no longer. */
export const job: Rule = {
  watches: [POD],
  judge(sight) {
    const { live } = sight;
    if (isTrue(condition(live, "Complete"))) return { isReady: true, problems: [] };
    const failed = condition(live, "Failed");
    const isHopeless = isTrue(failed);
    const { problems, warnings } = podsOf(sight);
    const count = (name: string) => numberAt(live, "status", name) ?? 0;
    const state = `(Active: ${count("active")} | Succeeded: ${count("succeeded")} | Failed: ${count("failed")})`;
    return {
      isReady: false,
      isHopeless,
      problems: isHopeless ? [worded(failed), ...problems] : problems,
      warnings: [`Waiting for Job "${shortName(live)}" to succeed ${state}`, ...warnings],
    };
  },
};
