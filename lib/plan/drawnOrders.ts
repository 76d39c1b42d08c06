import { shuffled } from "./seeded";

/** An order in which any of so many pods of each workload comes next, by the index of each pod's workload. */
export function anyOrder(counts: readonly number[], draw: () => number): number[] {
  return shuffled(
    counts.flatMap((pods, w) => new Array<number>(pods).fill(w)),
    draw,
  );
}

/** How long after one workload the next is applied, counted in the longest time between two batches of one. */
const APPLIED_EVERY = 0.6;

/**
 * An order of workloads that are applied one after the other: the controller of each makes one pod, then two, then four, and
 * waits for the API server in between, while those of others make theirs.
 * Source: slowStartBatch of kubernetes/pkg/controller/replicaset, v1.35.
 */
export function orderOfControllers(counts: readonly number[], draw: () => number): number[] {
  const pods = shuffled([...counts.keys()], draw).flatMap((w, place) => {
    let begins = place * APPLIED_EVERY + draw();
    return Array.from({ length: counts[w] as number }, (_, i) => {
      const isFirstOfBatch = Number.isInteger(Math.log2(i + 1));
      if (i > 0 && isFirstOfBatch) begins += draw();
      return { w, at: begins + draw() / 3 };
    });
  });
  return pods.sort((a, b) => a.at - b.at).map(({ w }) => w);
}
