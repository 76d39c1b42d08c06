import type { FleetSpec } from "../spec";
import { plainCopy } from "./plain";
import { fleetSchema } from "./schema";
import type { Report } from "./wording";

/**
 * A spec as far as it can be read: everything that has the wrong structure is left out, so that what is right can
 * still be judged, and all problems are found at once.
 */
export type Draft<T> = T extends readonly (infer E)[]
  ? (Draft<E> | undefined)[]
  : T extends object
    ? { [K in keyof T]?: Draft<T[K]> }
    : T;

/**
 * Checks the structure of an input: what is missing, unknown, of the wrong type or out of its own bounds.
 * @returns the readable part, as plain data of its own; the whole spec if no problem is reported
 */
export function readStructure(input: unknown, report: Report): Draft<FleetSpec> {
  const { copy, forbidden } = plainCopy(input);
  for (const path of forbidden) report(path, "is a name that reaches into JavaScript's prototypes: remove it.");
  return (fleetSchema.draft(copy, [], report) ?? {}) as Draft<FleetSpec>;
}
