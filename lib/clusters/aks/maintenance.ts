import { MaintenanceConfiguration } from "@pulumi/azure-native/containerservice";
import type * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";
import { PATCH_WINDOW_HOURS, patchWindow } from "../patchWindow";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** What AKS does by itself: its own weekly releases, patch versions of Kubernetes, and the nodes' images. */
const SCHEDULES = {
  "control-plane": "default",
  patches: "aksManagedAutoUpgradeSchedule",
  nodes: "aksManagedNodeOSUpgradeSchedule",
} as const;

/**
 * When AKS may patch the site: in a window of the site's own. Azure holds to it as well as it can; an urgent fix may
 * break it. Minor versions are no part of this, they are the spec's.
 * https://learn.microsoft.com/azure/aks/planned-maintenance
 */
export function maintenance(
  { site, cloud }: SiteContext,
  group: pulumi.Input<string>,
  cluster: pulumi.Input<string>,
): MaintenanceConfiguration[] {
  const { day, hour } = patchWindow(site.number);
  return Object.entries(SCHEDULES).map(
    ([word, configName]) =>
      new MaintenanceConfiguration(
        `${site.name}-${word}`,
        {
          resourceGroupName: group,
          resourceName: cluster,
          configName,
          maintenanceWindow: {
            schedule: { weekly: { intervalWeeks: 1, dayOfWeek: DAYS[day]! } },
            startTime: hour === 0 ? "00:00" : "12:00",
            durationHours: PATCH_WINDOW_HOURS,
            utcOffset: "+00:00",
          },
        },
        cloud,
      ),
  );
}
