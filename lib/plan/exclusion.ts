import type { HostPortSpec, WorkloadSpec } from "./spec";

/** Which pods keep each other off a node, by indices of workloads. */
export interface Exclusion {
  /** Pods of each workload that one node may have; Infinity where nothing but room limits them. */
  readonly mostPerNode: readonly number[];
  /** The other workloads with which each may share no node, in both directions. */
  readonly apart: readonly (readonly number[])[];
  /** Whether any must be spread evenly over nodes, so that its limit is the site's. */
  readonly isSpread: boolean;
  /** Sets of two or more workloads of which a node may have only one: each of their pods takes a part of a node alone. */
  readonly cliques: readonly (readonly number[])[];
}

/** Reads the exclusion out of workloads: own anti-affinity by host, that to others, and host ports. */
export function exclusionOf(workloads: readonly WorkloadSpec[]): Exclusion {
  const byPort = usersOf(workloads);
  const apart = workloads.map(() => new Set<number>());
  const keep = (a: number, b: number) => {
    if (a === b) return;
    apart[a]?.add(b);
    apart[b]?.add(a);
  };
  for (const users of byPort) for (const a of users) for (const b of users) keep(a, b);
  const byName = new Map(workloads.map(({ name }, w) => [name, w]));
  for (const [w, { apartFrom = [] }] of workloads.entries()) {
    for (const name of apartFrom) keep(w, byName.get(name) ?? w);
  }
  return {
    mostPerNode: workloads.map((one) => (isAlone(one) ? 1 : Number.POSITIVE_INFINITY)),
    apart: apart.map((others) => [...others]),
    isSpread: workloads.some(({ nodeSpread }) => nodeSpread !== undefined),
    cliques: cliquesOf(apart, byPort),
  };
}

/** Whether no two pods of the workload may share a node. */
export function isAlone({ onePerNode, hostPorts = [] }: WorkloadSpec): boolean {
  return onePerNode === true || hostPorts.length > 0;
}

/** Names of the ports that a pod takes, such as `80/TCP` or `10.0.0.1:53/UDP`. */
export function portNames(ports: readonly HostPortSpec[]): string[] {
  return ports.map((one) => `${addressOf(one) === ANY ? "" : `${addressOf(one)}:`}${portOf(one)}`);
}

/** Whether two pods take a port of a node both: of equal addresses, or when one of them takes it on all addresses. */
export function collide(a: readonly HostPortSpec[], b: readonly HostPortSpec[]): boolean {
  return a.some((one) => b.some((other) => portOf(one) === portOf(other) && meet(addressOf(one), addressOf(other))));
}

const ANY = "0.0.0.0";

function addressOf({ hostIP }: HostPortSpec): string {
  return hostIP === undefined || hostIP === "" ? ANY : hostIP;
}

function portOf({ port, protocol = "TCP" }: HostPortSpec): string {
  return `${port}/${protocol}`;
}

function meet(a: string, b: string): boolean {
  return a === b || a === ANY || b === ANY;
}

/** For each port and each address that anyone names, the workloads that take it there. */
function usersOf(workloads: readonly WorkloadSpec[]): number[][] {
  const byPort = new Map<string, Map<string, Set<number>>>();
  for (const [w, { hostPorts = [] }] of workloads.entries()) {
    for (const one of hostPorts) {
      const addresses = byPort.get(portOf(one)) ?? new Map<string, Set<number>>();
      byPort.set(portOf(one), addresses);
      addresses.set(addressOf(one), (addresses.get(addressOf(one)) ?? new Set<number>()).add(w));
    }
  }
  return [...byPort.values()].flatMap((addresses) => {
    const everywhere = addresses.get(ANY) ?? new Set<number>();
    const named = [...addresses].filter(([address]) => address !== ANY).map(([, users]) => users);
    return (named.length === 0 ? [everywhere] : named).map((users) => [...new Set([...users, ...everywhere])]);
  });
}

/** The users of one port, and workloads that are all apart from each other: found greedily, one set from each of them. */
function cliquesOf(apart: readonly ReadonlySet<number>[], byPort: readonly (readonly number[])[]): number[][] {
  const found = new Map<string, number[]>();
  const put = (clique: readonly number[]) => {
    const sorted = [...clique].sort((a, b) => a - b);
    if (sorted.length > 1) found.set(sorted.join(), sorted);
  };
  for (const users of byPort) put(users);
  const largest = apart.map(() => 0);
  for (const [w, others] of apart.entries()) {
    // In one of the size of all that it is apart from there is no further one to find.
    if ((largest[w] ?? 0) > others.size) continue;
    const clique = [w];
    for (const other of others) {
      if (clique.every((one) => one === w || apart[one]?.has(other))) clique.push(other);
    }
    for (const one of clique) largest[one] = Math.max(largest[one] ?? 0, clique.length);
    put(clique);
  }
  return [...found.values()];
}
