import type { Machine } from "./machines";
import type { Resources } from "./resources";

/** A managed Kubernetes service whose nodes reserve resources by a known formula. */
export type NodeKind = "eks" | "gke" | "aks";

/** What else than the machine decides what a node offers. */
export interface NodeOptions {
  readonly kind: NodeKind;
  /** Pods that the pool is set to, 1 or more. The service's own cap is applied to it. */
  readonly maxPods: number;
  /** Size of the node's root disk in GiB, 0 or more. */
  readonly diskGiB: number;
}

/**
 * What one node offers to pods, DaemonSets and system pods included: the machine, less what the operating system, the
 * kubelet and the eviction threshold keep.
 *
 * It is never more than a node of that kind was seen to offer: below {@link allocatableByFormula} by a margin where
 * real nodes fell short of the formula (table in test/plan/allocatable.test.ts). A burstable machine counts with the
 * full CPU that Kubernetes shows; `guaranteedCpuMillis` says what of it is always there.
 * @throws RangeError when `maxPods` or `diskGiB` is not such a number: a caller's mistake, never a user's.
 */
export function allocatable(machine: Machine, options: NodeOptions): Resources {
  const formula = allocatableByFormula(machine, options);
  const margin = MEMORY_MARGIN[options.kind];
  return { ...formula, memoryMiB: Math.floor(formula.memoryMiB * (1 - margin)) };
}

/**
 * Share of the formula's memory that is not promised. GKE: nodes showed up to 1.1 % less (e2-standard-4: 13182 of
 * 13325 MiB). AKS: the overhead of the operating system varies around 3.3 % (5039.3 of 5039.5 MiB on a DS2_v2). EKS
 * needs none: its 7.5 % for the operating system is Karpenter's default, and 5.4 % and 6.1 % were the most seen.
 */
const MEMORY_MARGIN: { readonly [K in NodeKind]: number } = { eks: 0, gke: 0.015, aks: 0.005 };

/** The services' published formulas, without a margin. Rounded down to millicores and MiB, and never below 0. */
export function allocatableByFormula(machine: Machine, options: NodeOptions): Resources {
  const { kind, maxPods, diskGiB } = options;
  if (!(maxPods >= 1 && diskGiB >= 0)) {
    throw new RangeError(`maxPods must be 1 or more and diskGiB 0 or more, got ${maxPods} and ${diskGiB}`);
  }
  const left = FORMULAS[kind](machine, Math.floor(maxPods), diskGiB * 1024);
  const amount = (value: number) => Math.max(0, Math.floor(value));
  return {
    cpuMillis: amount(left.cpuMillis),
    memoryMiB: amount(left.memoryMiB),
    pods: Math.min(Math.floor(maxPods), maximumPodsPerNode(kind, machine.vcpus)),
    ephemeralStorageMiB: amount(left.diskMiB),
    extended: machine.extended,
  };
}

/**
 * The most pods that the service lets a node run. EKS caps managed node groups at 110 below 30 vCPUs and at 250 from
 * there, above every other setting (EKS user guide, "Managed node groups enforce a maximum"); GKE at 256 and AKS at
 * 250 (their quota pages).
 */
export function maximumPodsPerNode(kind: NodeKind, vcpus: number): number {
  if (kind === "eks") return vcpus < 30 ? 110 : 250;
  return kind === "gke" ? 256 : 250;
}

interface Left {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly diskMiB: number;
}

const FORMULAS: { readonly [K in NodeKind]: (machine: Machine, maxPods: number, diskMiB: number) => Left } = {
  eks,
  gke,
  aks,
};

/** The kubelet evicts pods when less memory than this is free, on all three services. */
const EVICTION_MIB = 100;

/**
 * AL2023 on EKS. nodeadm (awslabs/amazon-eks-ami, nodeadm/internal/kubelet) reserves memory for the pods that the
 * machine's network interfaces could address, and a `maxPods` that is set later changes that reservation nothing.
 */
function eks(machine: Machine, _maxPods: number, diskMiB: number): Left {
  const visible = machine.memoryMiB * (1 - 0.075) - (machine.architecture === "arm64" ? 64 : 0);
  return {
    cpuMillis: machine.vcpus * 1000 - reservedCpuMillis(machine.vcpus),
    memoryMiB: visible - (255 + 11 * eniMaxPods(machine)) - EVICTION_MIB,
    // Partitions take 12 of the 20480 MiB of a 20-GiB disk; 10 % is the eviction threshold and 1 GiB is reserved.
    diskMiB: (diskMiB - 16) * 0.9 - 1024,
  };
}

/** Pods that the VPC CNI could address on the default network card; nodeadm takes 110 for a type it does not know. */
export function eniMaxPods(machine: Machine): number {
  return machine.eni ? machine.eni.interfaces * (machine.eni.ipv4PerInterface - 1) + 2 : 110;
}

/** GKE Standard (kubernetes/autoscaler, cluster-autoscaler/cloudprovider/gce/reserved.go; GKE, "Plan node sizes"). */
function gke(machine: Machine, maxPods: number, diskMiB: number): Left {
  const ram = machine.memoryMiB;
  const kernel = ram / 64 + 16 + (ram > 3 * 1024 ? 64 : 0);
  const sharedCore = machine.type.startsWith("e2-") && machine.baseline < 1;
  const cpu = sharedCore ? 1060 : reservedCpuMillis(machine.vcpus) + (maxPods > 110 ? 400 : 0);
  // The boot image takes 4 GiB and the file system 2 %: a 100-GiB disk shows 94.3 GiB.
  const disk = Math.max(0, (diskMiB - 4 * 1024) * 0.98);
  const reservedDisk = Math.min(diskMiB * 0.5, 6 * 1024 + diskMiB * 0.35, 100 * 1024);
  return {
    cpuMillis: machine.vcpus * 1000 - cpu,
    memoryMiB: ram - kernel - gkeReservedMemoryMiB(ram) - EVICTION_MIB,
    diskMiB: disk * 0.9 - reservedDisk,
  };
}

/** Brackets of 1000 MiB, as GKE counts them: the autoscaler's source calls it an upstream bug, and repeats it. */
function gkeReservedMemoryMiB(ram: number): number {
  if (ram < 1000) return 255;
  const brackets = [
    [4000, 0.25],
    [4000, 0.2],
    [8000, 0.1],
    [112_000, 0.06],
    [Number.POSITIVE_INFINITY, 0.02],
  ] as const;
  let left = ram;
  let reserved = 0;
  for (const [width, share] of brackets) {
    reserved += Math.min(left, width) * share;
    left = Math.max(0, left - width);
  }
  return reserved;
}

/** AKS 1.29 and later, Linux (AKS, "Node resource reservations"). `maxPods` is dear here: 20 MiB for each. */
function aks(machine: Machine, maxPods: number, diskMiB: number): Left {
  const reservedMemory = Math.min(20 * maxPods + 50, machine.memoryMiB * 0.25);
  return {
    cpuMillis: machine.vcpus * 1000 - aksReservedCpuMillis(machine.vcpus),
    memoryMiB: machine.memoryMiB * (1 - 0.033) - reservedMemory - EVICTION_MIB,
    // A 128-GiB disk shows 123.9 GiB, and a 30-GiB disk 28.9; 10 % is the eviction threshold.
    diskMiB: diskMiB * 0.96 * 0.9,
  };
}

/** 6 % of the first core, 1 % of the second, 0.5 % of the third and fourth, 0.25 % of the others: EKS and GKE. */
function reservedCpuMillis(vcpus: number): number {
  const steps = Math.min(vcpus, 1) * 60 + clamp(vcpus - 1, 1) * 10 + clamp(vcpus - 2, 2) * 5;
  return steps + clamp(vcpus - 4, Number.POSITIVE_INFINITY) * 2.5;
}

/** 60, 100, 140, 180 and 260 millicores for 1, 2, 4, 8 and 16 cores, then 10 for each: AKS. */
function aksReservedCpuMillis(vcpus: number): number {
  return Math.min(vcpus, 1) * 60 + clamp(vcpus - 1, 1) * 40 + clamp(vcpus - 2, 2) * 20 + Math.max(0, vcpus - 4) * 10;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}

/**
 * The CPU of a node that is always there, in millicores: all that it offers, but for a burstable machine, whose CPU
 * beyond the baseline comes from credits.
 * @param offered the node's allocatable CPU in millicores
 */
export function guaranteedCpuMillis(machine: Machine, offered: number): number {
  if (machine.baseline >= 1) return offered;
  const sustained = machine.vcpus * 1000 * machine.baseline - reservedCpuMillis(machine.vcpus);
  return Math.min(offered, Math.max(0, Math.floor(sustained)));
}
