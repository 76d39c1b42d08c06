import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../lateError";
import type { FleetPlan } from "../plan/plan";
import type { WorkloadSpec } from "../plan/spec";
import { type Priority, placedReplicas, priorityClassName, type ScalingMode } from "../plan/workloads";
import { isConfined, type SiteWorkloads } from "../plan/workloads/replicas";
import type { ChartArgs } from "./args";
import { siteValues } from "./chartValues";

/**
 * What the sites that run something of a chart run of its workloads. A site whose part of every one of them is nothing, by
 * requirements or because another site runs what runs once, gets no release: it would get objects that are not its own.
 */
export function chartSites(chart: ChartArgs, plan: FleetPlan, scaling?: ScalingMode): SiteWorkloads[] {
  const own = [...Object.values(chart.replicas ?? {}), ...Object.values(chart.maximumReplicas ?? {})];
  const areConfined = own.every((name) => isConfined(specOf(plan, name)));
  return placedReplicas(plan, scaling).filter(
    ({ workloads }) => !areConfined || own.some((name) => (workloads[name]?.maximum ?? 0) > 0),
  );
}

/** Maxima of autoscalers that would be 0, which an API server refuses in the midst of an update. */
export function zeroMaxima(chart: ChartArgs, sites: readonly SiteWorkloads[]): string[] {
  return Object.entries(chart.maximumReplicas ?? {}).flatMap(([path, name]) => {
    const none = sites.filter(({ workloads }) => workloads[name]?.maximum === 0).map(({ site }) => site);
    if (none.length === 0) return [];
    return [
      `chart.maximumReplicas["${path}"] would be 0 at ${none.join(", ")}, where the plan places none of ${name}, and no ` +
        `autoscaler may have that: turn it off in chart.values and leave the path out, or give ${name} a chart of its own`,
    ];
  });
}

/** The release of a chart in one site that runs something of it, with the plan's numbers among its values. */
export function chartRelease(
  name: string,
  { site, workloads }: SiteWorkloads,
  chart: ChartArgs,
  plan: FleetPlan,
  options: pulumi.CustomResourceOptions,
): Release {
  const values = siteValues(chart, (workload) => ({
    ...(workloads[workload] ?? { replicas: 0, maximum: 0 }),
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

/** What Helm says of a release that an update has not brought to its end. */
const UNDONE = /^(failed|pending-.*)$/;

/**
 * What is there last of a site, for the next one to wait for. A refresh forgets that the update of a release failed: then nothing
 * changes any more in this site, and the next one would get what broke it.
 */
export function deployed(resource: pulumi.Input<pulumi.Resource>, site: string): pulumi.Input<pulumi.Resource> {
  // What a preview knows may be what the update is to mend.
  if (!Release.isInstance(resource) || pulumi.runtime.isDryRun()) return resource;
  return pulumi.all([resource.status, resource.name]).apply(([known, name]) => {
    // A simulated cluster says nothing of it.
    const status = known?.status ?? "";
    if (!UNDONE.test(status)) return resource;
    throw new LateError(
      `Release ${name} in ${site} is "${status}", and the sites after it get nothing until it is deployed: give the chart or the ` +
        "values in which it is, or upgrade it by hand and run `pulumi up --refresh`.",
    );
  });
}

function priorityIn(plan: FleetPlan, workload: string): Priority {
  return specOf(plan, workload)?.priority ?? "critical";
}

function specOf(plan: FleetPlan, workload: string): WorkloadSpec | undefined {
  return plan.spec.demand.workloads?.find((one) => one.name === workload);
}

/** The priorities whose classes the values of a chart name. */
export function chartPriorities(chart: ChartArgs, plan: FleetPlan): Priority[] {
  return Object.values(chart.priorityClasses ?? {}).map((workload) => priorityIn(plan, workload));
}
