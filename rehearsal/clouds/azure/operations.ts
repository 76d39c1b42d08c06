import type { Model } from "../model";
import { between, matches, oneOf } from "../rules";
import { at, text } from "../wire";
import { AKS_CLUSTER, inGroup, inside, pathId } from "./names";

const CONTAINERS = "Microsoft.ContainerService";
const SCHEDULES = ["daily", "weekly", "absoluteMonthly", "relativeMonthly"];

/** How Azure runs what is there. Source: the Azure Kubernetes Service REST API, 2025-09-01, Maintenance Configurations. */
export const operationModels: { readonly [type: string]: Model } = {
  "azure-native:containerservice:MaintenanceConfiguration": {
    id: pathId(CONTAINERS, "managedClusters", "resourceName", "maintenanceConfigurations", "configName"),
    name: {
      property: "configName",
      rule: oneOf("default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"),
    },
    unique: [],
    values: {
      "maintenanceWindow.durationHours": between(4, 24, "hours"),
      "maintenanceWindow.startTime": matches(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time from "00:00" to "23:59"'),
      "maintenanceWindow.startDate": matches(/^\d{4}-\d{2}-\d{2}$/, 'a day such as "2026-01-31"'),
      "maintenanceWindow.utcOffset": matches(/^[+-]\d{2}:\d{2}$/, 'such as "+00:00"'),
      "maintenanceWindow.schedule.weekly.intervalWeeks": between(1, 4, "weeks"),
      "maintenanceWindow.schedule.weekly.dayOfWeek": oneOf(
        ...["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
      ),
    },
    rules: [
      ({ inputs }) => {
        const schedule = at(inputs, "maintenanceWindow.schedule");
        if (schedule === undefined || typeof schedule !== "object") return undefined;
        const given = SCHEDULES.filter((one) => at(schedule, one) !== undefined);
        return given.length === 1
          ? undefined
          : {
              property: "maintenanceWindow.schedule",
              reason: `must have exactly one of ${SCHEDULES.join(", ")}; got ${given.join(", ") || "none"}`,
            };
      },
      ({ inputs }) =>
        text(inputs, "configName") === "default" && at(inputs, "maintenanceWindow.schedule.daily") !== undefined
          ? { property: "maintenanceWindow.schedule.daily", reason: 'is not for the configuration "default"' }
          : undefined,
    ],
    refers: { ...inGroup, ...inside("resourceName", AKS_CLUSTER, CONTAINERS, "managedClusters") },
  },
};
