import * as pulumi from "@pulumi/pulumi";
import type { ChartArgs } from "./args";
import { copyMaps, isMapOfValues } from "./values";

/** What a plan gives to the values of a chart: numbers and names by workload. */
export interface ChartNumbers {
  readonly replicas: number;
  readonly maximum: number;
  readonly priorityClass: string;
}

/** A folder or an archive, whose content says its version. */
const LOCAL = /^[./]|\.tgz$/;

/** A version that means one chart, as semantic versioning writes it. */
const EXACT = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** What is wrong with a chart: its version, workloads that the plan does not know, and paths that lead to no value. */
export function chartProblems(chart: ChartArgs, workloads: readonly string[]): string[] {
  const problems: string[] = [];
  const { version } = chart;
  const advice = `every site must run the same chart, so give the exact version of ${chart.chart}`;
  if (version === undefined && !LOCAL.test(chart.chart)) problems.push(`chart.version is missing: ${advice}`);
  if (version !== undefined && !EXACT.test(version)) {
    problems.push(
      `chart.version is ${JSON.stringify(version)}, which may mean another chart tomorrow: ${advice}, such as 1.2.3`,
    );
  }
  if (Object.keys(chart.replicas ?? {}).length === 0) {
    problems.push(
      "chart.replicas is empty: name at least one value that says how many pods run, or nothing of it is placed",
    );
  }
  for (const field of ["replicas", "maximumReplicas", "priorityClasses"] as const) {
    for (const [path, workload] of Object.entries(chart[field] ?? {})) {
      if (!workloads.includes(workload)) {
        problems.push(
          `chart.${field}["${path}"] is "${workload}", which is no workload of the spec's demand (${workloads.join(", ") || "there are none"})`,
        );
      }
      if (/\[\d+\]/.test(path)) {
        problems.push(
          `chart.${field}["${path}"] leads into a list, of which a chart takes all or nothing: name a value that is in maps alone`,
        );
      }
      const blocked = blockedAt(chart.values ?? {}, keysOf(path));
      if (blocked !== undefined)
        problems.push(`chart.${field}["${path}"] cannot be set: ${blocked} of chart.values is no plain map`);
    }
  }
  return problems;
}

/** The values of one site. */
export function siteValues(chart: ChartArgs, numbersOf: (workload: string) => ChartNumbers): Record<string, unknown> {
  const values = copyMaps(chart.values ?? {});
  const set = (paths: ChartArgs["replicas"] | undefined, of: (numbers: ChartNumbers) => unknown) => {
    for (const [path, workload] of Object.entries(paths ?? {})) setAt(values, keysOf(path), of(numbersOf(workload)));
  };
  set(chart.replicas, ({ replicas }) => replicas);
  set(chart.maximumReplicas, ({ maximum }) => maximum);
  set(chart.priorityClasses, ({ priorityClass }) => priorityClass);
  return values;
}

/** The keys of a path as `helm --set` writes it. */
function keysOf(path: string): string[] {
  return path.split(/(?<!\\)\./).map((key) => key.replaceAll("\\.", "."));
}

/** The key, if any, at which a path meets something that is no map. */
function blockedAt(values: unknown, keys: readonly string[]): string | undefined {
  let place = values;
  for (const key of keys.slice(0, -1)) {
    place = isMapOfValues(place) && Object.hasOwn(place, key) ? place[key] : {};
    if (pulumi.Output.isInstance(place) || !isMapOfValues(place)) return key;
  }
  return undefined;
}

function setAt(values: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let place = values;
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(place, key) ? place[key] : undefined;
    const map = isMapOfValues(next) ? next : {};
    place[key] = map;
    place = map;
  }
  place[keys.at(-1) ?? ""] = value;
}
