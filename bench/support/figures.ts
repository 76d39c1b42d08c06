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

/** Repeats what takes seconds, one after another. */
export async function inTurns<T>(runs: number, one: (turn: number) => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let count = 0; count < runs; count++) all.push(await one(count));
  return all;
}

/** Seconds until it is done. */
export async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** The median of seconds, which are told as well: what took minutes is not lost when a later part fails. */
export function secondsFigure(name: string, all: readonly number[], limit?: number): Figure {
  console.error(`  ${name}: ${all.map((one) => one.toFixed(2)).join(" ")} s`);
  const value = Number(median(all).toFixed(2));
  const range = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
  return { name, unit: "s", value, note: `median of ${all.length}, ${range}`, ...(limit !== undefined && { limit }) };
}
