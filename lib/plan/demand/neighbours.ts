import type { NodeSpreadSpec } from "../spec";
import { UNJUDGED_SPREAD } from "./nodeSpread";
import type { Notes } from "./notes";
import { selectsPodsOf } from "./podSelection";
import type { NamedWorkload } from "./reading";
import { keepsAway, type Neighbours, type Workload } from "./workloads";

/** What each workload has to do with the others: with whose pods its own may share no node, and whose it is spread with. */
export function neighboursOf(named: readonly NamedWorkload[], notes: Notes): Neighbours[] {
  const apart = apartNames(named, notes);
  return named.map(({ workload, name }, index) => {
    const [apartFrom = [], nodeSpread] = [apart[index], ownSpread(workload, name, named, notes)];
    return { ...(apartFrom.length > 0 && { apartFrom }), ...(nodeSpread && { nodeSpread }) };
  });
}

/** Names of others, each pair once, whichever of the two says so. */
function apartNames(named: readonly NamedWorkload[], notes: Notes): string[][] {
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

/** The strictest spread that is of the workload's own pods alone. */
function ownSpread(
  workload: Workload,
  name: string,
  named: readonly NamedWorkload[],
  notes: Notes,
): NodeSpreadSpec | undefined {
  if (workload.nodeSpreads.length === 0 || workload.replicas === "every node") return undefined;
  const own = workload.nodeSpreads.filter(({ selection }) => {
    const counted = named.filter((other) => selectsPodsOf(selection, workload, other.workload));
    return counted.length === 1 && counted[0]?.workload === workload;
  });
  if (own.length < workload.nodeSpreads.length || own.length > 1) notes.add(UNJUDGED_SPREAD, name);
  const [strictest] = [...own].sort((a, b) => a.maxSkew - b.maxSkew);
  if (strictest === undefined) return undefined;
  const { selection: _pods, ...spread } = strictest;
  return spread;
}
