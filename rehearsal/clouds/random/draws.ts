import type { Subject } from "../model";
import { hex } from "../sdk/madeUp";
import { text } from "../wire";

/** Draws a whole number from 0 up to a limit, which it never is. */
export type Draw = (limit: number) => number;

/** A resource whose digits are drawn: see `Making.hex`. */
export type Drawing = Subject & { hex(length: number, label?: string): string };

/** Draws that belong to a resource: the same ones in equal rehearsals. */
export function draws({ hex: digits }: Pick<Drawing, "hex">): Draw {
  let count = 0;
  return (limit) => Number(BigInt(`0x${digits(24, String(count++))}`) % BigInt(limit));
}

/** The same, but where the program gives a `seed` that alone decides: equal seeds draw alike. */
export function seededDraws(it: Drawing): Draw {
  const seed = text(it.inputs, "seed") || undefined;
  return draws({
    hex: (length, label = "") => {
      // Its own are asked for in any case: so the id counts as drawn, and may be another's as well.
      const own = it.hex(length, label);
      return seed === undefined ? own : hex(length, seed, label);
    },
  });
}

export function pick<T>(from: readonly T[], draw: Draw): T {
  return from[draw(from.length)] as T;
}

/** A permutation, by the algorithm of Fisher and Yates. */
export function shuffled<T>(list: readonly T[], draw: Draw): T[] {
  const left = [...list];
  return list.map(() => left.splice(draw(left.length), 1)[0] as T);
}
