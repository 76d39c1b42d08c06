import { fits, mayRunOn, meets, type NodeGroup, podResources, type WorkloadSpec, ZERO } from "pulumi-multisite/plan";
import type { Rule } from "../rule";

/** Sums hide that a pod needs one node with room for all of it. */
export const largestPodFits: Rule = {
  name: "n1-011-largest-pod-fits",
  displayName: "Every pod fits a node at every site",
  description: "Each critical workload finds at every site a node that is always there and that one of its pods fits.",
  level: "mandatory",
  severity: "high",
  remediation: "Use a larger machine type at the site, or make the pod smaller.",
  judge: ({ input }) => {
    const critical = (input?.demand.workloads ?? []).filter(
      ({ priority, replicas }) => priority !== "sheddable" && replicas > 0,
    );
    const sites = (input?.sites ?? []).filter(({ state }) => (state ?? "active") === "active");
    return critical.flatMap((workload) =>
      sites.flatMap(({ name, nodeGroups, ...place }) => {
        if (!meets(workload, place)) return [];
        const there = nodeGroups.filter(({ count }) => count > 0);
        // A site without any guaranteed node is a matter of N1-004.
        if (there.length === 0 || there.some((group) => holdsPod(workload, group))) return [];
        return [{ message: message(workload, name, there), site: name }];
      }),
    );
  },
};

function holdsPod(workload: WorkloadSpec, group: NodeGroup): boolean {
  return mayRunOn(workload, group) && fits(podResources(workload), group.perNode);
}

function message(workload: WorkloadSpec, site: string, there: readonly NodeGroup[]): string {
  const open = there.filter((group) => mayRunOn(workload, group));
  const pod = `${workload.cpu} cpu/${workload.memoryGiB} GiB`;
  if (open.length === 0) {
    return `Workload ${workload.name} (${pod}) may run on no guaranteed node at ${site}: architecture, node selector, taints or host ports keep it out.`;
  }
  const largest = open.map(({ perNode }) => perNode).reduce((a, b) => (b.memoryMiB > a.memoryMiB ? b : a), ZERO);
  const cores = largest.cpuMillis / 1000;
  const gib = Math.floor((largest.memoryMiB / 1024) * 100) / 100;
  return `Workload ${workload.name} (${pod}) fits no guaranteed node at ${site} (largest allocatable ${cores} cpu/${gib} GiB).`;
}
