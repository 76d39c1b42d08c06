/** Amounts in millicores and MiB. */
interface Amounts {
  readonly cpu: number;
  readonly memory: number;
}

/** A pod of a workload as the scheduler sees it. */
export interface PodShape extends Amounts {
  /** What it counts as in the score of LeastAllocated: what it asks for, with something for containers without a request. */
  readonly scored?: Amounts;
}

type Draw = () => number;

/**
 * Places pods on so many equal nodes as kube-scheduler does with its default plugins and weights: LeastAllocated and
 * BalancedAllocation of CPU and memory, PodTopologySpread over nodes twice, ties drawn. Source: kubernetes/pkg/scheduler,
 * v1.35. Nodes are in one zone.
 * @param order index of the workload of each pod, as they arrive
 * @returns pods that find no node
 */
export function pendingPods(
  shapes: readonly PodShape[],
  capacity: Amounts,
  nodes: number,
  order: readonly number[],
  draw: Draw,
): number {
  const all = Array.from({ length: nodes }, () => ({
    cpu: 0,
    memory: 0,
    counted: { cpu: 0, memory: 0 },
    has: shapes.map(() => 0),
  }));
  let pending = 0;
  for (const w of order) {
    const { cpu, memory, scored: counts = { cpu, memory } } = shapes[w]!;
    const feasible = all.filter((node) => node.cpu + cpu <= capacity.cpu && node.memory + memory <= capacity.memory);
    if (feasible.length === 0) {
      pending++;
      continue;
    }
    const inZone = all.reduce((sum, { has }) => sum + has[w]!, 0);
    const crowds = crowding(
      feasible.map(({ has }) => has[w]!),
      inZone,
    );
    const scored = feasible.map((node, i) => {
      const used = [(node.cpu + cpu) / capacity.cpu, (node.memory + memory) / capacity.memory] as const;
      const free = (["cpu", "memory"] as const).map((resource) =>
        Math.max(0, Math.floor(100 * (1 - (node.counted[resource] + counts[resource]) / capacity[resource]))),
      );
      const least = Math.floor((free[0]! + free[1]!) / 2);
      const isBestEffort = cpu === 0 && memory === 0;
      const balanced = isBestEffort ? 0 : Math.floor(100 * (1 - Math.abs(used[0] - used[1]) / 2));
      return { node, score: least + balanced + 2 * crowds[i]!, tie: draw() };
    });
    const { node } = scored.reduce((a, b) => (b.score > a.score || (b.score === a.score && b.tie > a.tie) ? b : a));
    node.cpu += cpu;
    node.memory += memory;
    node.counted.cpu += counts.cpu;
    node.counted.memory += counts.memory;
    node.has[w]!++;
  }
  return pending;
}

/** PodTopologySpread's scores by the cluster's default constraints: hostname with skew 3, zone with skew 5. */
function crowding(has: readonly number[], inZone: number): number[] {
  const raw = has.map((one) => Math.round(one * Math.log(has.length + 2) + 2 + inZone * Math.log(3) + 4));
  const [most, fewest] = [Math.max(...raw), Math.min(...raw)];
  return raw.map((one) => Math.floor((100 * (most + fewest - one)) / most));
}

/**
 * An order in which the pods of Deployments arrive that are applied together: each ReplicaSet makes one pod, then two, then
 * four, and those of all are mixed.
 */
export function arrivals(replicas: readonly number[], draw: Draw): number[] {
  const pods = replicas.flatMap((count, w) => {
    let at = 0.3 * w + draw();
    return Array.from({ length: count }, (_, i) => {
      // Pods 1, 3, 7, 15 begin a batch.
      if (i > 0 && Number.isInteger(Math.log2(i + 1))) at += 0.15 + 0.2 * draw();
      return { w, at: at + 0.15 * draw() };
    });
  });
  return pods.sort((a, b) => a.at - b.at).map(({ w }) => w);
}
