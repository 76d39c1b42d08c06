import { toolchain } from "../../rehearsal/clusters/toolchain";
import { openFleet, type RealFleet } from "../../test/mesh-real/realFleet";

/** Measures on sites of its own, which are gone afterwards. */
export async function onRealFleet<T>(measure: (fleet: RealFleet) => Promise<T>): Promise<T> {
  const fleet = await openFleet(await toolchain());
  try {
    return await measure(fleet);
  } finally {
    await fleet.lab.end();
  }
}
