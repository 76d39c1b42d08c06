import type { Notes } from "./notes";
import type { NamedWorkload } from "./reading";
import { keepsAway } from "./workloads";

/** For each workload the names of others with whose pods its own may share no node, whichever of the two says so. */
export function apartNames(named: readonly NamedWorkload[], notes: Notes): string[][] {
  const found = named.map((): string[] => []);
  // Only those with terms are compared with all: a cluster's manifests may have thousands of workloads.
  for (const [index, { workload, name }] of named.entries()) {
    if (workload.antiAffinity.length === 0) continue;
    for (const [at, other] of named.entries()) {
      if (at === index || !keepsAway(workload, other.workload)) continue;
      if (workload.replicas === "every node" || other.workload.replicas === "every node") {
        notes.add("Required pod anti-affinity between DaemonSets and other pods is not judged", name);
      } else if (!found[at]?.includes(name)) found[index]?.push(other.name);
    }
  }
  return found;
}
