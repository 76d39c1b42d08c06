import { exceptionNotes } from "./exceptions";
import { type Finding, holds, type JudgedFleet } from "./judged";
import type { RuleFacts } from "./rule";

/**
 * The first policy of the pack. It looks at a stack once for all rules, and its configuration is that of the whole pack.
 * It reports what a reader must know although no rule is violated.
 */
export const facts: RuleFacts = {
  name: "multisite",
  displayName: "What could not be judged",
  description: "All capacity of the sites can be judged, and no exception is in force.",
  level: "advisory",
  severity: "low",
  remediation: "Declare under `pools` in the pack's configuration what guarantees capacity; end exceptions in time.",
};

/** Capacity and demand that nobody can count, exceptions in force, and, where a fleet does not hold, what explains it. */
export function noteworthy(fleet: JudgedFleet): Finding[] {
  const explained = holds(fleet) ? [] : fleet.notes.map((message) => ({ message }));
  const notes = [
    ...fleet.unjudged.map(({ text, urn }): Finding => ({ message: text, urn })),
    ...fleet.uncounted.map((message) => ({ message })),
    ...exceptionNotes(fleet.settings, fleet.today).map((message) => ({ message })),
    ...explained,
  ];
  return notes.filter(({ message }, i) => notes.findIndex((other) => other.message === message) === i);
}
