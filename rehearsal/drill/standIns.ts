import { podResources } from "../../lib/plan/schedulable";
import type { DemandSpec, WorkloadSpec } from "../../lib/plan/spec";
import type { SitePlacement } from "../../lib/plan/verdict";
import type { KubernetesObject } from "../../lib/plan/workloads";
import { podSpec } from "../clusters/sites/podSpec";
import { WORKLOAD_ANNOTATION } from "./pods";

/** Where pods live that stand for workloads of which only the requests are known. */
export const STAND_IN_NAMESPACE = "multisite-drill";

/** Pods that play a demand of which no number of pods is given. */
const PARTS = 100;

/**
 * A demand of which every part is pods. What totals ask for beyond the workloads is played by equal pods, so that a
 * scheduler can place it.
 */
export function inPods(demand: DemandSpec): DemandSpec {
  const { cpu, memoryGiB, pods, ephemeralStorageGiB, extended, workloads = [], ...others } = demand;
  const left = (total: number | undefined, of: (one: WorkloadSpec) => number | undefined) =>
    Math.max(0, (total ?? 0) - workloads.reduce((sum, one) => sum + (of(one) ?? 0) * one.replicas, 0));
  const rest = {
    cpu: left(cpu, (one) => one.cpu),
    memoryGiB: left(memoryGiB, (one) => one.memoryGiB),
    ephemeralStorageGiB: left(ephemeralStorageGiB, (one) => one.ephemeralStorageGiB),
  };
  const free = left(pods, () => 1);
  if (free === 0 && Object.values(rest).every((amount) => amount === 0)) return { ...others, workloads };
  const replicas = free > 0 ? free : PARTS;
  const played: WorkloadSpec = {
    name: restName(workloads),
    replicas,
    minimumPerSite: 0,
    // Whole millicores and MiB, up: together they ask for the rest at least.
    cpu: Math.ceil((rest.cpu / replicas) * 1000) / 1000,
    memoryGiB: Math.ceil((rest.memoryGiB / replicas) * 1024) / 1024,
    ephemeralStorageGiB: Math.ceil((rest.ephemeralStorageGiB / replicas) * 1024) / 1024,
  };
  return { ...others, workloads: [...workloads, played] };
}

function restName(workloads: readonly WorkloadSpec[]): string {
  const taken = new Set(workloads.map(({ name }) => name));
  let name = "rest-of-the-demand";
  while (taken.has(name)) name += "-x";
  return name;
}

/** Deployments of pods that ask for what the workloads' pods would, at the replicas that a site is to run. */
export function standIns(workloads: readonly WorkloadSpec[], { replicas }: SitePlacement): KubernetesObject[] {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: STAND_IN_NAMESPACE } };
  const deployments = workloads.map((one, index) => {
    const apart = workloads.flatMap((other, at) => (isApart(one, other) ? [labelsOf(at)] : []));
    return deployment(one, index, replicas[one.name] ?? 0, apart);
  });
  return [namespace, ...deployments];
}

/** Whether it says so itself: the scheduler keeps those whom it names away as well. */
function isApart(one: WorkloadSpec, other: WorkloadSpec): boolean {
  return one === other ? one.onePerNode === true : (one.apartFrom ?? []).includes(other.name);
}

function labelsOf(index: number) {
  return { "app.kubernetes.io/name": `workload-${index + 1}` };
}

function deployment(
  workload: WorkloadSpec,
  index: number,
  replicas: number,
  apartFrom: readonly ReturnType<typeof labelsOf>[],
): KubernetesObject {
  const labels = labelsOf(index);
  const { nodeSelector, tolerations, architectures, hostPorts, nodeSpread, scoredAs } = workload;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `workload-${index + 1}`, namespace: STAND_IN_NAMESPACE, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { [WORKLOAD_ANNOTATION]: workload.name } },
        spec: podSpec({
          requests: podResources(workload),
          ...(scoredAs && { scoredAs }),
          ...(nodeSelector && { nodeSelector: { ...nodeSelector } }),
          ...(tolerations && { tolerations: tolerations.map((one) => ({ ...one })) }),
          ...(architectures && { architectures }),
          ...(hostPorts && { hostPorts }),
          ...(nodeSpread && { nodeSpread: { ...nodeSpread, labels } }),
          apartFrom,
        }),
      },
    },
  };
}
