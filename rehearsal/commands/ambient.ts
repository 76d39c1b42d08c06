import { firstOf } from "../../lib/plan/firstOf";
import { AMBIENT, FLEET, isAmbient } from "../../lib/plan/observed";
import type { RunResult } from "../engine";

/** Objects that a note names. */
const NAMED = 20;

/** What is to be known of a program with a Fleet that leaves Kubernetes objects or Helm releases to a default provider. */
export function ambientNotes({ resources }: Pick<RunResult, "resources">): string[] {
  if (!resources.some(({ type }) => type === FLEET)) return [];
  const names = resources
    .filter(({ provider }) => isAmbient(provider))
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  if (names.length === 0) return [];
  const are = names.length === 1 ? "is" : "are";
  return [`${firstOf(names, NAMED)} ${are} left to a default provider, ${AMBIENT}.`];
}
