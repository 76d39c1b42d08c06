/** What the nodes of a site have, some of its pods being placed. */
export interface Condition {
  /** Contents of the nodes, ascending. */
  readonly nodes: readonly number[];
  /** Pods of each workload that are not placed. */
  readonly left: readonly number[];
  /** Pods of each workload alone for which there is room. */
  readonly rooms: readonly number[];
}

/** Whether of some workload more pods are left than there is room for, were the others not there. */
export function hasNoRoom({ left, rooms }: Condition): boolean {
  return left.some((pods, w) => pods > (rooms[w] as number));
}

/**
 * Of more conditions than so many, those that leave least room: for each workload in turn. Where room is the same, fewer of its
 * pods left are more of others, which may take it.
 */
export function tightest(conditions: readonly Condition[], most: number): readonly Condition[] {
  if (conditions.length <= most) return conditions;
  const workloads = conditions[0]?.left.keys() ?? [];
  const ranked = [...workloads].map((w) => ranksOf(conditions, w));
  const kept = new Set<Condition>();
  for (let i = 0; kept.size < most; i++) {
    for (const ranks of ranked) {
      const place = (ranks[i] as number) % MANY.conditions;
      if (kept.size < most) kept.add(conditions[place] as Condition);
    }
  }
  return [...kept];
}

/** More than there are conditions; pods in a search; and rooms for them. */
const MANY = { conditions: 2 ** 30, pods: 2 ** 7, rooms: 2 ** 15 };

/**
 * Ranks of the conditions, ascending: by the room for pods of a workload beyond those that are left of it, which never grows as
 * pods are placed; then by those left; then by their place, which is the last part of each. Numbers, since a search that sorted
 * objects did little else.
 */
function ranksOf(conditions: readonly Condition[], w: number): Float64Array {
  const ranks = new Float64Array(conditions.length);
  for (let i = 0; i < ranks.length; i++) {
    const { left, rooms } = conditions[i] as Condition;
    const pods = left[w] as number;
    const spare = pods === 0 ? Number.POSITIVE_INFINITY : (rooms[w] as number) - pods + MANY.pods;
    ranks[i] = (Math.min(spare, MANY.rooms) * MANY.pods + pods) * MANY.conditions + i;
  }
  return ranks.sort();
}
