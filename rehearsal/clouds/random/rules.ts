import type { ValueRule } from "../model";
import { show } from "../wire";

/**
 * A whole number.
 * @param least the least one allowed. @default any
 * @param unit what it counts.
 */
export function wholeNumber(least = Number.NEGATIVE_INFINITY, unit = ""): ValueRule {
  const number = unit === "" ? "a whole number" : `a whole number of ${unit}`;
  const bound = least === Number.NEGATIVE_INFINITY ? "" : `, ${least} or more`;
  return (value) =>
    Number.isInteger(value) && Number(value) >= least ? undefined : `must be ${number}${bound}; got ${show(value)}`;
}
