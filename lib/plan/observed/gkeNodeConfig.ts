import { GKE_ARM, GKE_GPU } from "../cloudTaints";
import type { Count } from "../guaranteed";
import { machine } from "../machines";
import type { TaintSpec } from "../spec";
import type { Reader } from "./read";

/** What the `nodeConfig` of a pool of GKE takes from its nodes' machine, adds to it, and puts on it. */

/** Capacity of one local SSD. Source: Compute Engine documentation, "Local SSD" (375 GiB; newer machines have larger ones). */
const LOCAL_SSD_GIB = 375;

/**
 * The disk that pods' ephemeral storage is on: the boot disk, or local SSDs in its place. Machines that come with SSDs
 * (`-lssd`) use them unless told otherwise, and take a count of 0 for theirs. Source: GKE API reference,
 * EphemeralStorageLocalSsdConfig.
 */
export function ephemeralDisk(r: Reader, machineType: string | undefined): Count {
  const boot = r.detail("nodeConfig", "diskSizeGb");
  const ssds = LOCAL_SSD_SETTINGS.map((setting) => r.detail("nodeConfig", setting, "localSsdCount")).find(
    (count) => count !== undefined,
  );
  if (ssds === undefined && machineType?.includes("-lssd") !== true) return boot;
  if (ssds === null || boot === null) return null;
  return ssds === undefined || ssds === 0 ? Math.min(boot ?? LOCAL_SSD_GIB, LOCAL_SSD_GIB) : ssds * LOCAL_SSD_GIB;
}

const LOCAL_SSD_SETTINGS = ["ephemeralStorageLocalSsdConfig", "ephemeralStorageConfig"] as const;

/** Memory that a node sets aside in pages of 2 MiB and 1 GiB, where no ordinary request finds it. */
export function hugePagesMiB(r: Reader): number {
  if (isLeftToProvider(r, "nodeConfig", "linuxNodeConfig")) return 0;
  const pages = (size: string) => Number(r.count("nodeConfig", "linuxNodeConfig", "hugepagesConfig", size) ?? 0);
  return pages("hugepageSize2m") * 2 + pages("hugepageSize1g") * 1024;
}

/** GPUs that are attached to each node, those cut into partitions as none; undefined where none is attached. */
export function gpusOf(r: Reader): number | undefined {
  if (isLeftToProvider(r, "nodeConfig", "guestAccelerators")) return undefined;
  const attached = r
    .members("nodeConfig", "guestAccelerators")
    .filter((one) => one.text("type")?.startsWith("nvidia-") && one.count("count") !== 0);
  if (attached.length === 0) return undefined;
  const whole = attached.filter((one) => one.text("gpuPartitionSize") === undefined);
  return whole.reduce((sum, one) => sum + Number(one.count("count") ?? 0), 0);
}

/**
 * Whether a part of the node config is unknown as a whole. Previews show it so where the program left it to the provider,
 * and nothing tells that from what the program did give: it has the default then. Only the unknown has every property.
 */
function isLeftToProvider(r: Reader, ...path: readonly string[]): boolean {
  return r.has(...path, "");
}

/**
 * Taints that GKE itself puts on nodes. Sources: GKE documentation, "Prepare to deploy an Arm workload" (a pod whose node
 * selector or affinity names arm64 gets the toleration), "Run GPUs in Standard node pools" (so does a pod that asks for
 * one; GPU nodes of a cluster without others have no taint, but may get such), "Harden workload isolation with GKE
 * Sandbox" (so does a pod of the sandbox's runtime class, which no shape of a pod tells).
 */
export function addedTaints(r: Reader, machineType: string, hasGpus: boolean): TaintSpec[] {
  const known = machine("gcp", machineType);
  const isArm = known?.architecture === "arm64";
  const isOpenArm = isArm && r.text("nodeConfig", "taintConfig", "architectureTaintBehavior") === "NONE";
  const [sandbox] = r.members("nodeConfig", "sandboxConfig");
  const kind = sandbox?.text("sandboxType") ?? sandbox?.text("type");
  return [
    ...(isArm && !isOpenArm ? [GKE_ARM] : []),
    ...(hasGpus || known?.extended[GKE_GPU.admits] !== undefined ? [GKE_GPU] : []),
    ...(kind?.toLowerCase() === "gvisor" ? [GVISOR] : []),
  ];
}

const GVISOR: TaintSpec = { key: "sandbox.gke.io/runtime", value: "gvisor", effect: "NoSchedule" };
