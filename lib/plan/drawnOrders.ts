import { total } from "./grains";
import { shuffled } from "./seeded";

/** An order in which any of so many pods of each workload comes next, by the index of each pod's workload. */
export function anyOrder(counts: readonly number[], draw: () => number): Uint16Array {
  const order = inTurn(counts);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(draw() * (i + 1));
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

/** How long after one workload the next is applied, counted in the longest time between two batches of one. */
const APPLIED_EVERY = 0.6;

/** Parts in which that time is counted. */
const TICKS = 2 ** 20;

/**
 * An order of workloads that are applied one after the other: the controller of each makes one pod, then two, then four, and
 * waits for the API server in between, while those of others make theirs.
 * Source: slowStartBatch of kubernetes/pkg/controller/replicaset, v1.35.
 */
export function orderOfControllers(counts: readonly number[], draw: () => number): Uint16Array {
  // Numbers that hold time and workload: they are sorted several times faster than objects.
  const made = new Float64Array(total(counts));
  let next = 0;
  for (const [place, w] of shuffled([...counts.keys()], draw).entries()) {
    let begins = place * APPLIED_EVERY + draw();
    for (let i = 0; i < (counts[w] as number); i++) {
      const isFirstOfBatch = i > 0 && (i & (i + 1)) === 0;
      if (isFirstOfBatch) begins += draw();
      made[next++] = Math.floor((begins + draw() / 3) * TICKS) * counts.length + w;
    }
  }
  return Uint16Array.from(made.sort(), (one) => one % counts.length);
}

function inTurn(counts: readonly number[]): Uint16Array {
  const order = new Uint16Array(total(counts));
  let next = 0;
  for (const [w, pods] of counts.entries()) {
    order.fill(w, next, next + pods);
    next += pods;
  }
  return order;
}
