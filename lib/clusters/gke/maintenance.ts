import type * as inputs from "@pulumi/gcp/types/input";
import type { SitePlan } from "../../plan/plan";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
/** A Monday, before every cluster of this library: windows recur from it, exclusions count from it. */
const EPOCH = Date.UTC(2026, 0, 5);
const HOUR = 3_600_000;

/**
 * When Google may patch the control plane, and what it must leave alone. Versions are the spec's: minors and nodes wait
 * for it, for as long as Google supports the minor. Control planes get patches whatever one asks for, so each site has
 * a window of its own: one of the fourteen half days of the week, by the site's number, so that of fourteen sites with
 * consecutive numbers no two are patched at once. Twelve hours a week is what Google asks for at least
 * (48 in every 32 days: https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions).
 */
export function maintenance(site: SitePlan): inputs.container.ClusterMaintenancePolicy {
  const half = site.number % (2 * DAYS.length);
  const start = EPOCH + half * 12 * HOUR;
  return {
    recurringWindow: {
      startTime: zulu(start),
      endTime: zulu(start + 12 * HOUR),
      recurrence: `FREQ=WEEKLY;BYDAY=${DAYS[Math.floor(half / 2)]}`,
    },
    maintenanceExclusions: [
      {
        exclusionName: "versions-are-planned",
        startTime: zulu(EPOCH),
        exclusionOptions: { scope: "NO_MINOR_OR_NODE_UPGRADES", endTimeBehavior: "UNTIL_END_OF_SUPPORT" },
      },
    ],
  };
}

/** Google answers in this format, whatever it was asked in. */
function zulu(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
