import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";
import type { FleetPlan } from "../plan/plan";
import { type Priority, placedReplicas, priorityClassName } from "../plan/workloads";
import type { ChartArgs, FleetWorkloadArgs } from "./args";
import { siteValues } from "./chartValues";

/** The release of a chart in one site, with the plan's numbers among its values. */
export function chartRelease(
  name: string,
  site: string,
  chart: ChartArgs,
  { fleet: { plan }, scaling }: FleetWorkloadArgs,
  options: pulumi.CustomResourceOptions,
): Release {
  const replicas = placedReplicas(plan, scaling).find((one) => one.site === site)?.workloads ?? {};
  const values = siteValues(chart, (workload) => ({
    ...(replicas[workload] ?? { replicas: 0, maximum: 0 }),
    priorityClass: priorityClassName(name, priorityIn(plan, workload)),
  }));
  return new Release(
    `${name}-${site}`,
    {
      name: chart.releaseName ?? name,
      chart: chart.chart,
      namespace: chart.namespace ?? "default",
      createNamespace: true,
      values,
      ...(chart.version !== undefined && { version: chart.version }),
      ...(chart.repository !== undefined && { repositoryOpts: { repo: chart.repository } }),
    },
    options,
  );
}

function priorityIn(plan: FleetPlan, workload: string): Priority {
  return plan.spec.demand.workloads?.find((one) => one.name === workload)?.priority ?? "critical";
}

/** The priorities whose classes the values of a chart name. */
export function chartPriorities(chart: ChartArgs, plan: FleetPlan): Priority[] {
  return Object.values(chart.priorityClasses ?? {}).map((workload) => priorityIn(plan, workload));
}
