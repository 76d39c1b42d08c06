import type { DemandSpec, FleetSpec, PodShape } from "../spec";
import { checkQualifiedNames } from "./names";
import { checkRequirements } from "./requirements";
import type { Draft } from "./structure";
import { didYouMean, type Path, type Report } from "./wording";

/** Kubernetes' own resources, which have properties of their own and are no extended ones. */
const OWN_PROPERTY: Readonly<Record<string, string>> = {
  cpu: "cpu",
  memory: "memoryGiB",
  pods: "pods",
  "ephemeral-storage": "ephemeralStorageGiB",
};

/** What the fleet must carry. */
export function checkDemand(spec: Draft<FleetSpec>, report: Report): void {
  const demand = spec.demand;
  if (demand === undefined) return;
  const path = ["demand"];
  if (asksNothing(demand)) {
    report(
      path,
      `asks for nothing: give totals (cpu, memoryGiB, pods) above 0, or workloads with replicas. ` +
        `Without a demand no loss can be judged.`,
    );
  }
  checkExtended(demand.extended, [...path, "extended"], report);
  checkPods(demand.workloads, [...path, "workloads"], report);
  checkApart(demand.workloads, [...path, "workloads"], report);
  checkRequirements(spec, report);
  checkPods(demand.daemonSets, [...path, "daemonSets"], report);
}

function asksNothing(demand: Draft<DemandSpec>): boolean {
  const totals = [
    demand.cpu,
    demand.memoryGiB,
    demand.pods,
    demand.ephemeralStorageGiB,
    ...Object.values(demand.extended ?? {}),
  ];
  // A workload that could not be read may ask for something: its own problem is reported already.
  const workloads = demand.workloads ?? [];
  return (
    totals.every((total) => !(Number(total ?? 0) > 0)) &&
    workloads.every((one) => one !== undefined && one.replicas === 0)
  );
}

function checkPods(
  pods: readonly (Draft<PodShape & { name: string }> | undefined)[] | undefined,
  path: Path,
  report: Report,
): void {
  const seen = new Map<string, number>();
  (pods ?? []).forEach((pod, index) => {
    if (pod === undefined) return;
    const at = [...path, index];
    const first = pod.name === undefined ? undefined : seen.get(pod.name);
    if (first !== undefined) {
      report([...at, "name"], `is "${pod.name}", which ${path.at(-1)}[${first}] has already: give another.`);
    } else if (pod.name !== undefined) seen.set(pod.name, index);
    checkExtended(pod.extended, [...at, "extended"], report);
    checkQualifiedNames(pod.nodeSelector, [...at, "nodeSelector"], "a Kubernetes label", report);
    if (pod.architectures?.length === 0) {
      report([...at, "architectures"], `is empty: leave it out for both, or give "amd64", "arm64" or both.`);
    }
    checkTolerations(pod.tolerations, [...at, "tolerations"], report);
  });
}

/** Workloads that others keep away from must be there under that name: a name that nobody has would keep nobody away. */
function checkApart(workloads: Draft<DemandSpec>["workloads"], path: Path, report: Report): void {
  if (!workloads?.some((one) => one?.apartFrom !== undefined)) return;
  const names = new Set(workloads.map((one) => one?.name));
  for (const [index, one] of workloads.entries()) {
    for (const [at, name] of (one?.apartFrom ?? []).entries()) {
      const place = [...path, index, "apartFrom", at];
      if (name === one?.name) report(place, "is the workload itself: say `onePerNode: true` instead.");
      else if (name !== undefined && !names.has(name)) {
        report(place, `is "${name}", which is the name of no workload.${didYouMean(name, known(names))}`);
      }
    }
  }
}

function known(names: ReadonlySet<string | undefined>): string[] {
  return [...names].filter((name) => name !== undefined);
}

function checkExtended(extended: object | undefined, path: Path, report: Report): void {
  checkQualifiedNames(extended, path, "an extended resource", report);
  for (const name of Object.keys(extended ?? {})) {
    if (Object.hasOwn(OWN_PROPERTY, name)) {
      report([...path, name], `is no extended resource: give it as ${OWN_PROPERTY[name]}.`);
    }
  }
}

function checkTolerations(tolerations: Draft<PodShape["tolerations"]>, path: Path, report: Report): void {
  (tolerations ?? []).forEach((one, index) => {
    if (one === undefined) return;
    const everyKey = one.key === undefined || one.key === "";
    if (everyKey && one.operator === "Equal") {
      report([...path, index, "operator"], `is "Equal" without a key: give the taint's key, or operator "Exists".`);
    }
    if (one.operator === "Exists" && one.value !== undefined && one.value !== "") {
      report(
        [...path, index, "value"],
        `is "${one.value}" with operator "Exists": remove it, or give operator "Equal".`,
      );
    }
  });
}
