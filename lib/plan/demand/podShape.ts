import type { Architecture, PodShape, TolerationSpec } from "../spec";
import { affinity } from "./affinity";
import { type Field, shown } from "./fields";
import { hostPorts } from "./hostPorts";
import { checkLabelName, checkLabelValue, labels } from "./labels";
import { ARCHITECTURE_LABELS, SYSTEM_LABELS } from "./nodeLabels";
import type { OnNote } from "./notes";
import { MILLI, ONE, roundedUp } from "./quantity";
import type { ResourceList } from "./resourceList";
import { oneOf } from "./words";

const BYTES_PER_GIB = 2 ** 30;

/** Cores or GiB of one pod: a thousand times the largest machine on offer. Beyond it, sums would lose their digits. */
const MOST = 1_000_000;

/** kubectl warns of it as well. */
const PARTS_OF_A_BYTE =
  "Requests of memory that are no whole bytes, where m (thousandths) was written and Mi may be meant";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

/**
 * Where a pod may run, and what it asks for, in the terms of a fleet's spec.
 * @param scheduling node selector and tolerations that are added to the pod's own
 */
export function podShape(spec: Field, requests: ResourceList, note: OnNote, scheduling?: Field): PodShape {
  const { nodeSelector, architectures } = placement(spec, note, scheduling);
  const tolerations = [spec, ...(scheduling === undefined ? [] : [scheduling])].flatMap((one) =>
    one.at("tolerations").items().map(toleration),
  );
  const ports = hostPorts(spec);
  const amounts = amountsOf(requests);
  noteUnjudged(spec, note);
  if ((requests.get("memory") ?? 0n) % ONE !== 0n) note(PARTS_OF_A_BYTE);
  const { cpu, memoryGiB, ephemeralStorageGiB = 0, extended = {} } = amounts;
  if (
    Math.max(cpu, memoryGiB, ephemeralStorageGiB, ...Object.values(extended).map((it) => it / BYTES_PER_GIB)) > MOST
  ) {
    spec.problem(`asks for more than any node has: at most ${MOST} cores, or GiB, a pod`);
  }
  return {
    ...amounts,
    ...(architectures === undefined ? {} : { architectures }),
    ...(nodeSelector.size > 0 ? { nodeSelector: Object.fromEntries(nodeSelector) } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
    ...(ports.length > 0 ? { hostPorts: ports } : {}),
  };
}

/** Effective requests of a pod in the terms of a fleet's spec, rounded up to whole millicores and bytes. */
export function amountsOf(
  requests: ResourceList,
): Pick<PodShape, "cpu" | "memoryGiB" | "ephemeralStorageGiB" | "extended"> {
  const ephemeralStorageGiB = bytes(requests.get("ephemeral-storage")) / BYTES_PER_GIB;
  const extended = Object.fromEntries(
    [...requests].filter(([name, nano]) => isExtended(name) && nano > 0n).map(([name, nano]) => [name, bytes(nano)]),
  );
  return {
    cpu: Number(roundedUp(requests.get("cpu") ?? 0n, MILLI)) / 1000,
    memoryGiB: bytes(requests.get("memory")) / BYTES_PER_GIB,
    ...(ephemeralStorageGiB > 0 ? { ephemeralStorageGiB } : {}),
    ...(Object.keys(extended).length > 0 ? { extended } : {}),
  };
}

/** Whole units, as the scheduler counts everything but CPU. */
function bytes(nano: bigint | undefined): number {
  return Number(roundedUp(nano ?? 0n, ONE));
}

function isExtended(name: string): boolean {
  return name !== "cpu" && name !== "memory" && name !== "ephemeral-storage";
}

function placement(
  spec: Field,
  note: OnNote,
  scheduling?: Field,
): { nodeSelector: Map<string, string>; architectures?: Architecture[] } {
  const nodeSelector = labels(spec.at("nodeSelector"));
  const required = affinity(spec.at("affinity", "nodeAffinity"), note);
  const added = scheduling === undefined ? [] : labels(scheduling.at("nodeSelector"));
  for (const [key, value] of [...required.labels, ...added]) {
    if (nodeSelector.has(key) && nodeSelector.get(key) !== value) note(`asks for two values of label ${key}`);
    nodeSelector.set(key, value);
  }
  let allowed = required.architectures;
  for (const label of ARCHITECTURE_LABELS) {
    const value = nodeSelector.get(label);
    if (value !== undefined) allowed = (allowed ?? [value]).filter((it) => it === value);
    nodeSelector.delete(label);
  }
  for (const label of SYSTEM_LABELS) if (nodeSelector.get(label) === "linux") nodeSelector.delete(label);
  if (allowed === undefined) return { nodeSelector };
  const architectures = (["amd64", "arm64"] as const).filter((it) => allowed.includes(it));
  if (architectures.length > 0) return { nodeSelector, architectures };
  // No node of a fleet has it: kept as a label that no pool carries, so that the verdict says it fits nowhere.
  nodeSelector.set("kubernetes.io/arch", allowed[0] ?? "none");
  return { nodeSelector };
}

function toleration(field: Field): TolerationSpec {
  const key = field.at("key").text() || undefined;
  const value = field.at("value").text() || undefined;
  const operator = oneOf(field.at("operator"), ["Exists", "Equal"]);
  const effect = oneOf(field.at("effect"), EFFECTS);
  if (key === undefined && operator !== "Exists") {
    field.problem(`has no key, so that its operator must be "Exists"`);
  } else if (operator === "Exists" && value !== undefined) {
    field.at("value").problem(`must be empty beside operator "Exists", got ${shown(value)}`);
  }
  if (key !== undefined) checkLabelName(field.at("key"), key);
  if (value !== undefined) checkLabelValue(field.at("value"), value);
  return {
    ...(key === undefined ? {} : { key }),
    ...(operator === undefined ? {} : { operator }),
    ...(value === undefined ? {} : { value }),
    ...(effect === undefined ? {} : { effect }),
  };
}

/** Constraints that hold back pods on real nodes, and that the verdict knows nothing of. */
function noteUnjudged(spec: Field, note: OnNote): void {
  const podAffinity = spec.at("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  if (podAffinity.items().length > 0) note("Required pod affinity is not judged");
  if (spec.at("resourceClaims").items().length > 0)
    note("Devices asked for by resource claims are not counted", "uncounted");
  if (spec.at("schedulingGates").items().length > 0)
    note("Pods with scheduling gates wait until somebody opens them, which is not judged");
}
