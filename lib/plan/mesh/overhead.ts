import { toGiB } from "../resources";
import type { DaemonSetSpec, FleetSpec } from "../spec";
import { CLUSTERSET_DNS, CLUSTERSET_REQUESTS } from "./clusterset";
import { meshGate } from "./gate";
import { withdrawerPlan } from "./withdrawerPlan";

/** Requests of one container, in millicores and MiB. */
export interface Requests {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
}

/**
 * What the containers of a mesh API's pod request. The chart asks for nothing, which would make the links of a site the first
 * to be evicted; in a real mesh of three sites they take some 60 MiB each and a hundredth of a core (`test/mesh-real`).
 */
export const MESH_API_REQUESTS = {
  etcd: { cpuMillis: 100, memoryMiB: 128 },
  kvstoreMesh: { cpuMillis: 50, memoryMiB: 96 },
  apiserver: { cpuMillis: 50, memoryMiB: 96 },
} as const satisfies Readonly<Record<string, Requests>>;

/** What one of the two pods of a withdrawer requests. */
export const WITHDRAWER_REQUESTS = { cpuMillis: 50, memoryMiB: 64 } as const satisfies Requests;

/** What the Job at the end of an update requests. */
export const GATE_REQUESTS = { cpuMillis: 10, memoryMiB: 32 } as const satisfies Requests;

/**
 * What the mesh's own pods take of a node, beside Cilium's. As with the cluster's own Deployments, each open node is taken to
 * run one of their replicas: nobody chooses which nodes have them.
 */
export function meshOverhead(spec: FleetSpec): DaemonSetSpec[] {
  if (spec.mesh === undefined || spec.mesh.implementation === "none") return [];
  return [
    pod(CLUSTERSET_DNS, [CLUSTERSET_REQUESTS]),
    pod("clustermesh-apiserver", Object.values(MESH_API_REQUESTS)),
    ...(withdrawerPlan(spec) === undefined ? [] : [pod("multisite-withdrawer", [WITHDRAWER_REQUESTS])]),
    ...(meshGate(spec) === "none" ? [] : [pod("multisite-mesh-ready", [GATE_REQUESTS])]),
  ];
}

function pod(name: string, containers: readonly Requests[]): DaemonSetSpec {
  const sum = (of: keyof Requests) => containers.reduce((all, one) => all + one[of], 0);
  return { name, cpu: sum("cpuMillis") / 1000, memoryGiB: toGiB(sum("memoryMiB")) };
}

/** Requests as Kubernetes takes them. */
export function quantities({ cpuMillis, memoryMiB }: Requests): { cpu: string; memory: string } {
  return { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` };
}
