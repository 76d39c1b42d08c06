import { isObject } from "../../../clouds/wire";
import type { Properties } from "../../../engine/provider";
import { type KubeObject, listAt, textAt } from "../objects";
import { condition, isTrue, type Judgement, type Rule, shortName } from "./rule";

/** How far a pod has come: scheduled, initialized, ready, in that order. */
export function judgePod(pod: KubeObject): Judgement {
  const scheduled = condition(pod, "PodScheduled");
  if (!isTrue(scheduled)) {
    const why = textAt(scheduled, "message");
    return { isReady: false, problems: [], warnings: why === "" ? [] : [`[Pod ${shortName(pod)}]: ${why}`] };
  }
  for (const type of ["Initialized", "Ready"]) {
    const found = condition(pod, type);
    if (isTrue(found) || (type === "Ready" && textAt(pod, "status", "phase") === "Succeeded")) continue;
    const faults = containerFaults(pod);
    const message = textAt(found, "reason") === "" ? "" : textAt(found, "message");
    const told = faults.length > 0 || textAt(found, "message") !== "";
    const problems = found === undefined || !told ? [] : [`[Pod ${shortName(pod)}]: ${message}${faults.join("\n")}`];
    return { isReady: false, problems };
  }
  return { isReady: true, problems: [] };
}

/** What the containers that are not ready say. */
function containerFaults(pod: KubeObject): string[] {
  return listAt(pod, "status", "containerStatuses")
    .filter(isObject)
    .filter(({ ready }) => ready !== true)
    .flatMap((status) => [...waiting(status), ...terminated(status), ...lastTerminated(status)]);
}

function waiting(status: Properties): string[] {
  const reason = textAt(status, "state", "waiting", "reason");
  if (reason === "" || reason === "ContainerCreating") return [];
  return [`[${reason}] ${textAt(status, "state", "waiting", "message")}`];
}

function terminated(status: Properties): string[] {
  const reason = textAt(status, "state", "terminated", "reason");
  if (reason === "") return [];
  const message = textAt(status, "state", "terminated", "message");
  if (message !== "") return [`[${reason}] ${message}`];
  return [`container "${status.name}" completed with exit code ${exitCode(status.state)}`];
}

function lastTerminated(status: Properties): string[] {
  const at = textAt(status, "lastState", "terminated", "finishedAt");
  if (at === "") return [];
  const reason = textAt(status, "lastState", "terminated", "reason");
  const message = textAt(status, "lastState", "terminated", "message");
  const line = `container "${status.name}" terminated at ${at} (${reason}: exit code ${exitCode(status.lastState)})`;
  return message === "" ? [line] : [line, message];
}

function exitCode(state: unknown): unknown {
  const ended = isObject(state) ? state.terminated : undefined;
  return isObject(ended) ? ended.exitCode : undefined;
}

export const pod: Rule = {
  watches: [],
  judge: ({ live }) => judgePod(live),
};
