import type { CapacityInput } from "pulumi-multisite/plan";
import type { Settings } from "./settings";

/**
 * The arithmetic's input under the pack's settings. They can only ask for more than a fleet asks of itself, so that no
 * program lowers what the platform team has set. A packing of 0.9 asks for 1/0.9 of the demand.
 */
export function stricter(input: CapacityInput, settings: Settings): CapacityInput {
  const headroom = Math.max(input.headroom ?? 0, settings.headroom ?? 0);
  const packing = settings.packing ?? 1;
  return {
    ...input,
    tolerate: Math.max(input.tolerate, settings.failuresToTolerate ?? 1),
    headroom: packing > 0 && packing < 1 ? (1 + headroom) / packing - 1 : headroom,
  };
}
