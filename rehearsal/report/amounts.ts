import { type Resources, toCores, toGiB } from "../../lib/plan/resources";
import type { Amounts } from "./report";

/** Amounts in the units that people speak of. */
export function amounts(of: Resources): Amounts {
  return {
    cpu: toCores(of.cpuMillis),
    memoryGiB: toGiB(of.memoryMiB),
    pods: of.pods,
    ephemeralStorageGiB: toGiB(of.ephemeralStorageMiB),
    extended: { ...of.extended },
  };
}
