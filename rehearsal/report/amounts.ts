import { isUnlimited } from "../../lib/plan/grains";
import { type Resources, toCores, toGiB } from "../../lib/plan/resources";
import type { Amounts } from "./report";

/** Amounts in the units that people speak of. */
export function amounts(of: Resources): Amounts {
  return {
    cpu: toCores(of.cpuMillis),
    memoryGiB: toGiB(of.memoryMiB),
    pods: of.pods,
    ephemeralStorageGiB: isUnlimited(of, "ephemeralStorageMiB") ? null : toGiB(of.ephemeralStorageMiB),
    extended: { ...of.extended },
  };
}
