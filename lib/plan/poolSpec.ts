/** Nodes of one make. */
export interface PoolSpec {
  /** Name, unique within the site: 1 to 12 of a-z and 0-9, beginning with a letter (Azure's limit, the narrowest). */
  name: string;
  /** Machine type in the provider's spelling: `m6i.xlarge`, `n2-standard-8`, `Standard_D4s_v5`. */
  machineType: string;
  /** Nodes that are always there, in the whole site: whole, 0 or more. On GKE a multiple of the number of zones. */
  nodes: number;
  /** Nodes that an autoscaler may reach, never below `nodes`. Never counted as capacity. @default nodes: no autoscaler */
  maximumNodes?: number;
  /** Zones of this pool. @default those of the site */
  zones?: string[];
  /** Kubernetes labels of its nodes. @default {} */
  labels?: { [name: string]: string };
  /** Kubernetes taints of its nodes: a tainted pool carries only workloads that tolerate it. @default [] */
  taints?: TaintSpec[];
  /** Interruptible machines: they count as zero. @default false */
  spot?: boolean;
  /** Pods per node, 10 to 250. @default 110 */
  maximumPods?: number;
  /** Size of a node's disk. 20 to 16384. @default 100 */
  diskGiB?: number;
  /** Nodes made at once beside the old ones in an upgrade, 1 or more. @default 1 */
  surgeNodes?: number;
  /** What one node offers to pods, where the catalogue does not know the machine type or you measured it. */
  allocatable?: AllocatableSpec;
}

export interface TaintSpec {
  key: string;
  value?: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What nodes offer, as measured: of one node in a pool, of all nodes together in an existing site. */
export interface AllocatableSpec {
  /** Cores. */
  cpu: number;
  memoryGiB: number;
  pods: number;
  /** @default not limited */
  ephemeralStorageGiB?: number;
  /** Extended resources, such as `nvidia.com/gpu`. @default {} */
  extended?: { [name: string]: number };
  /** Existing sites: guaranteed nodes behind the total, all alike. @default 1 */
  nodes?: number;
  /** `amd64` or `arm64`. @default "amd64" */
  architecture?: Architecture;
  /** The day (`YYYY-MM-DD`) on which someone measured it. A measurement of more than a year ago is reported. */
  verifiedAt: string;
}

export type Architecture = "amd64" | "arm64";
