import type { LocalSite } from "../clusters/sites";
import type { Asking } from "./answers";
import { type Scalable, scalables } from "./scale";

/**
 * What of a site's objects asks for fewer pods than the plan places there, a line each: no scheduler makes up for that.
 * @param wanted pods by workload, as the plan names workloads.
 */
export async function askedFewer(
  site: LocalSite,
  wanted: Readonly<Record<string, number>>,
  asking: Asking,
): Promise<string[]> {
  const found = await scalables(site, asking);
  return fewer(found, wanted).map((line) => `Site ${site.name}: ${line}`);
}

/** Of these objects; a workload of which there is none is not named. */
export function fewer(
  found: readonly Pick<Scalable, "workload" | "replicas" | "bounds">[],
  wanted: Readonly<Record<string, number>>,
): string[] {
  const asked = new Map<string, number>();
  for (const { workload, replicas, bounds } of found) {
    const pods = bounds === undefined ? replicas : Math.min(Math.max(replicas, bounds.minimum), bounds.maximum);
    asked.set(workload, (asked.get(workload) ?? 0) + pods);
  }
  return [...asked].flatMap(([workload, pods]) => {
    const planned = wanted[workload] ?? 0;
    if (pods >= planned) return [];
    return [`${workload} asks for ${pods} ${pods === 1 ? "pod" : "pods"}, where the plan places ${planned}.`];
  });
}

/** What to do about it. */
export const ASK_AS_PLANNED =
  "Objects must ask for what the plan places. A FleetWorkload has them do so: of a chart by the paths of chart.replicas, which Helm " +
  'ignores when the chart has no such value; with scaling "reserved", drill with --scaling reserved.';
