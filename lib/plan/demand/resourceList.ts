import { QUALIFIED_NAME } from "../checks/schemaDemand";
import { nearest } from "../nearest";
import { type Field, shown, unrendered } from "./fields";
import { LARGEST, MILLI, ONE, QuantityError, quantityOf, roundedUp } from "./quantity";

/** Amounts by the name of their resource (`cpu`, `memory`, `nvidia.com/gpu`), in nano-units, all 0 or more. */
export type ResourceList = ReadonlyMap<string, bigint>;

/** Resources of a container that are no extended ones. */
const STANDARD = ["cpu", "memory", "ephemeral-storage"];

/**
 * Reads a list of requests, limits or overhead as it is written. Amounts and names that the API server refuses are
 * problems, and count as nothing.
 */
export function resourceList(field: Field): Map<string, bigint> {
  const list = new Map<string, bigint>();
  for (const [name, amount] of field.entries()) {
    const nano = quantity(amount);
    if (nano === undefined) continue;
    const known = STANDARD.includes(name) || name.startsWith("hugepages-");
    if (!known && !(name.includes("/") && QUALIFIED_NAME.test(name))) {
      const meant = nearest(name, STANDARD);
      const hint = meant === undefined ? "" : `, did you mean "${meant}"?`;
      amount.problem(`${shown(name)} is no resource of a container: ${STANDARD.join(", ")} or domain/name${hint}`);
    } else if (!known && nano % ONE !== 0n) {
      amount.problem(`an extended resource is counted in whole units, got ${shown(amount.value)}`);
    } else list.set(name, nano);
  }
  return list;
}

/** Rounds each amount up to a thousandth, as the API server does with what it stores (SetDefaults_ResourceList). */
export function roundUp(list: Map<string, bigint>): Map<string, bigint> {
  for (const [name, nano] of list) list.set(name, roundedUp(nano, MILLI) * MILLI);
  return list;
}

/** Adds `more` to `to`, name by name. */
export function addTo(to: Map<string, bigint>, more: ResourceList): void {
  for (const [name, nano] of more) to.set(name, (to.get(name) ?? 0n) + nano);
}

/** Raises `to` to at least `other`, name by name. */
export function raiseTo(to: Map<string, bigint>, other: ResourceList): void {
  for (const [name, nano] of other) if (nano > (to.get(name) ?? -1n)) to.set(name, nano);
}

/** Gives `to` every name that it lacks. */
export function fillIn(to: Map<string, bigint>, defaults: ResourceList): void {
  for (const [name, nano] of defaults) if (!to.has(name)) to.set(name, nano);
}

function quantity(field: Field): bigint | undefined {
  try {
    const nano = quantityOf(field.value);
    if (nano < 0n) field.problem(`must be 0 or more, got ${shown(field.value)}`);
    else if (nano > LARGEST) field.problem(`is more than Kubernetes can count (2^63-1), got ${shown(field.value)}`);
    else return nano;
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    const hint = typeof field.value === "string" ? unrendered(field.value) : "";
    field.problem(`is no quantity, got ${shown(field.value)}${hint || `: ${error.message}`}`);
  }
  return undefined;
}
