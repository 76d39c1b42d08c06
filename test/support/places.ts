import { UNKNOWN } from "../../lib/plan/observed";

/** What a property may be instead of what its type says. */
const INSTEAD: readonly unknown[] = [null, UNKNOWN, "", 0, [], {}, [null], [UNKNOWN]];

/** The value with something else in one place, for each place in it and each thing that may be there. */
export function* inAllPlaces<T>(value: T): Generator<T> {
  if (value === null || typeof value !== "object") return;
  for (const [key, member] of Object.entries(value)) {
    for (const other of [...INSTEAD, ...inAllPlaces(member as unknown)]) {
      const copy = (Array.isArray(value) ? [...value] : { ...value }) as { [key: string]: unknown };
      copy[key] = other;
      yield copy as T;
    }
  }
}
