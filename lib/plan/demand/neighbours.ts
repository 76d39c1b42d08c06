import type { NodeSpreadSpec } from "../spec";
import { UNJUDGED_SPREAD } from "./nodeSpread";
import type { Notes } from "./notes";
import { isAtHome, type PodSelection, selectsPodsOf } from "./podSelection";
import type { NamedWorkload } from "./reading";
import { keepsAway, type Neighbours, type Workload } from "./workloads";

/** What each workload has to do with the others: with whose pods its own may share no node, and whose it is spread with. */
export function neighboursOf(named: readonly NamedWorkload[], notes: Notes): Neighbours[] {
  const near = neighbourhoods(named);
  const apart = apartNames(named, near, notes);
  const preferring = withPreferences(named, near);
  return named.map(({ workload, name }, index) => {
    const spreads = workload.nodeSpreads.map(({ selection }) => selection);
    const nodeSpread = ownSpread(workload, name, near(spreads, workload), notes);
    const apartFrom = apart[index] ?? [];
    return {
      ...(apartFrom.length > 0 && { apartFrom }),
      ...(nodeSpread && { nodeSpread }),
      ...(preferring.has(workload) && { hasPreferences: true }),
    };
  });
}

/** A workload, and its place among all. */
interface Placed extends NamedWorkload {
  readonly at: number;
}

/** Those that any of these selections may be about: a cluster's manifests may have thousands of workloads, each with terms. */
type Near = (selections: readonly PodSelection[], of: Workload) => readonly Placed[];

function neighbourhoods(named: readonly NamedWorkload[]): Near {
  const all = named.map((one, at): Placed => ({ ...one, at }));
  const byNamespace = new Map<string, Placed[]>();
  const keyOf = ({ identity: { cluster, namespace } }: Workload) => JSON.stringify([cluster, namespace]);
  for (const one of all) {
    const key = keyOf(one.workload);
    const there = byNamespace.get(key);
    if (there === undefined) byNamespace.set(key, [one]);
    else there.push(one);
  }
  return (selections, of) => {
    if (selections.length === 0) return [];
    return selections.every(isAtHome) ? (byNamespace.get(keyOf(of)) ?? []) : all;
  };
}

/** Names of others, each pair once, whichever of the two says so. */
function apartNames(named: readonly NamedWorkload[], near: Near, notes: Notes): string[][] {
  const found = named.map((): string[] => []);
  for (const [index, { workload, name }] of named.entries()) {
    for (const { at, ...other } of near(workload.antiAffinity, workload)) {
      if (at === index || !keepsAway(workload, other.workload)) continue;
      if (workload.replicas === "every node" || other.workload.replicas === "every node") {
        notes.add("Required pod anti-affinity between DaemonSets and other pods is not judged", name);
      } else if (!found[at]?.includes(name)) found[index]?.push(other.name);
    }
  }
  return found;
}

/** Workloads with preferences of their own, or of which others of the manifests have some. */
function withPreferences(named: readonly NamedWorkload[], near: Near): Set<Workload> {
  const found = new Set<Workload>();
  for (const { workload } of named) {
    const { areOwn, spreads, others } = workload.preferences;
    const countsOthers = (selection: PodSelection) =>
      !selectsPodsOf(selection, workload, workload) ||
      near([selection], workload).some(
        ({ workload: other }) => other !== workload && selectsPodsOf(selection, workload, other),
      );
    if (areOwn || spreads.some(countsOthers)) found.add(workload);
    for (const selection of others) {
      for (const { workload: other } of near([selection], workload)) {
        if (selectsPodsOf(selection, workload, other)) found.add(other);
      }
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
