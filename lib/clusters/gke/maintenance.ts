import type * as inputs from "@pulumi/gcp/types/input";
import type { SitePlan } from "../../plan/plan";
import { PATCH_WINDOW_HOURS, patchWindow } from "../patchWindow";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
/** A Monday, before every cluster of this library: windows recur from it, exclusions count from it. */
const EPOCH = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;

/**
 * When Google may patch the site, and what it must leave alone. The minor version is the spec's, for as long as Google
 * supports it. Patches come by themselves, since nodes that wait for somebody's `up` stay unpatched: in a window of the
 * site's own, first to the control plane, then to the nodes with the pools' surge.
 * https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
 */
export function maintenance(site: SitePlan): inputs.container.ClusterMaintenancePolicy {
  const { day, hour } = patchWindow(site.number);
  const start = EPOCH + (day * 24 + hour) * HOUR;
  return {
    recurringWindow: {
      startTime: zulu(start),
      endTime: zulu(start + PATCH_WINDOW_HOURS * HOUR),
      recurrence: `FREQ=WEEKLY;BYDAY=${DAYS[day]}`,
    },
    maintenanceExclusions: [
      {
        exclusionName: "minor-versions-are-planned",
        startTime: zulu(EPOCH),
        exclusionOptions: { scope: "NO_MINOR_UPGRADES", endTimeBehavior: "UNTIL_END_OF_SUPPORT" },
      },
    ],
  };
}

/** Google answers in this format, whatever it was asked in. */
function zulu(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
