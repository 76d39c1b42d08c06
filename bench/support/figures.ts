/** What a bench measured, as `bench/run.mjs` records it. */
export interface Figure {
  name: string;
  unit: string;
  value: number;
  /** What the value must not exceed. */
  limit?: number;
  note?: string;
}

/** Milliseconds of each run, in their order: the first is cold. */
export function timesOf(runs: number, work: () => unknown): number[] {
  return Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
}

/** The middle one; of an even number the upper. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
