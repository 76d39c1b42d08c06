import type { RunContext } from "./context";
import type { PendingOperations } from "./pending";
import { PartialFailure } from "./provider";
import type { ResourceState } from "./state";
import { isProviderType, nameOf, packageOf } from "./urns";

/**
 * Reads what a run starts from once more, as `pulumi up --refresh` does: what was changed behind our back then differs from
 * the program, and what is gone is made again.
 * @param packages whose resources are read.
 * @param pending what is read in any case, since a run was ended while it changed it.
 * @throws the provider's error, when it cannot say.
 */
export async function refresh(
  context: RunContext,
  packages: readonly string[] | "all",
  pending: PendingOperations,
): Promise<void> {
  const { touched } = pending;
  const wanted = context.previous.filter(
    (state) =>
      state.custom &&
      !state.external &&
      !state.delete &&
      !isProviderType(state.type) &&
      (touched.has(state.urn) || isOf(state, packages)),
  );
  for (const state of wanted) await context.registry.ensure(state.provider);
  const gone = new Set<ResourceState>();
  await Promise.all(
    wanted.map(async (state) => {
      if (!(await isThere(context, state))) gone.add(state);
    }),
  );
  for (const state of gone) {
    context.previous.splice(context.previous.indexOf(state), 1);
    context.olds.delete(state.urn);
  }
  pending.refreshed();
}

const isOf = ({ type }: ResourceState, packages: readonly string[] | "all"): boolean =>
  packages === "all" || packages.includes(packageOf(type));

/** Brings a state up to date, in place; false when there is no such resource any more. */
async function isThere({ registry }: RunContext, state: ResourceState): Promise<boolean> {
  const { urn, type, id, inputs, outputs, timeouts } = state;
  const request = { urn, type, name: nameOf(urn), id, inputs, outputs, timeoutSeconds: timeouts.read };
  try {
    const found = await registry.get(state.provider)?.read(request);
    if (found === undefined) return true;
    if (found.id === "") return false;
    Object.assign(state, { id: found.id, inputs: found.inputs ?? inputs, outputs: found.outputs, initErrors: [] });
  } catch (error) {
    if (!(error instanceof PartialFailure)) throw error;
    Object.assign(state, { outputs: error.outputs, initErrors: error.reasons });
  }
  return true;
}
