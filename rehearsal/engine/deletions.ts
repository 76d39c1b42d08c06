import type { RunContext } from "./context";
import type { Generator } from "./generator";
import type { PendingOperations } from "./pending";
import { recoverLeft } from "./recovery";
import { type ResourceState, requirementsOf } from "./state";
import type { PlannedStep } from "./step";

/**
 * The deletions at the end of a run: what was replaced, what the program no longer registers, and what a run made of it that
 * was killed.
 */
export async function planDeletions(
  context: RunContext,
  generator: Generator,
  pending: PendingOperations,
): Promise<PlannedStep[]> {
  const steps: PlannedStep[] = [];
  if (!context.preview) await recoverLeft(context, pending);
  for (const old of context.previous) {
    if (old.delete) {
      if (generator.replacements.pendingDeletes.has(old)) continue;
      steps.push({ op: old.external ? "discard-replaced" : "delete-replaced", old });
    } else {
      const successor = generator.aliases.taken.get(old.urn);
      if (generator.operated.has(old.urn) || (successor !== undefined && generator.operated.has(successor))) continue;
      const gone = old.external ? "discard" : "delete";
      steps.push({ op: old.pendingReplacement ? "remove-pending-replace" : gone, old });
    }
    generator.deletes.add(old.urn);
    if (old.custom && !context.preview) await context.registry.ensure(old.provider);
  }
  return steps;
}

/**
 * Carries deletions out, each as soon as everything that depends on it is gone. What depends on a component depends on
 * the component's children too, because a component stands for them.
 * @param apply carries one out; false when it failed, and then nothing that it depends on is deleted.
 */
export async function runDeletions(
  previous: ResourceState[],
  steps: PlannedStep[],
  apply: (step: PlannedStep) => Promise<boolean>,
): Promise<void> {
  const byState = new Map(steps.map((step) => [step.old as ResourceState, step]));
  const byUrn = new Map(previous.map((state) => [state.urn, state]));
  const waiting = new Map<string, Promise<boolean>[]>();
  const waitingForComponent = new Map<string, Promise<boolean>>();
  const all: Promise<boolean>[] = [];
  // From the last to the first, so that whatever depends on a resource has its promise already.
  for (let i = previous.length - 1; i >= 0; i--) {
    const state = previous[i] as ResourceState;
    const step = byState.get(state);
    if (step === undefined) continue;
    const first = [...(waiting.get(state.urn) ?? [])];
    for (let above = byUrn.get(state.parent); above !== undefined; above = byUrn.get(above.parent)) {
      const dependants = waitingForComponent.get(above.urn);
      if (dependants !== undefined) first.push(dependants);
    }
    const gone = Promise.all(first).then((results) => results.every(Boolean) && apply(step));
    all.push(gone);
    for (const urn of requirementsOf(state)) {
      const list = waiting.get(urn);
      if (list === undefined) waiting.set(urn, [gone]);
      else list.push(gone);
      if (urn === state.parent || byUrn.get(urn)?.custom !== false) continue;
      const others = waitingForComponent.get(urn);
      waitingForComponent.set(
        urn,
        others === undefined ? gone : Promise.all([others, gone]).then((results) => results.every(Boolean)),
      );
    }
  }
  await Promise.all(all);
}
