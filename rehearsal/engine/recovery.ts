import type { RunContext } from "./context";
import type { PendingOperations } from "./pending";
import { nameOf } from "./urns";

/**
 * Looks for what an earlier run may have made before it was killed, and that this one did not come to declare: what there is
 * joins the resources that the state knows, so that it is deleted with all that nobody wants any more.
 * Whatever cannot be found out stays pending.
 */
export async function recoverLeft(context: RunContext, pending: PendingOperations): Promise<void> {
  for (const { state } of pending.left()) {
    const { urn, type, inputs, timeouts } = state;
    try {
      await context.registry.ensure(state.provider);
      const instance = context.registry.get(state.provider);
      const request = { urn, type, name: nameOf(urn), inputs, preview: false, timeoutSeconds: timeouts.create };
      const found = await instance?.recover(request);
      if (found === undefined) continue;
      pending.settled(urn);
      // Made to replace one that still stands: not that one is unwanted, but this.
      if (found !== "nothing") context.previous.push({ ...state, ...found, delete: context.olds.has(urn) });
    } catch {
      // Nobody knows, and so it is told at the end.
    }
  }
}
