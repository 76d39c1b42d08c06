import { type ScalingMode, siteObjects } from "../../lib/plan/workloads";
import type { LocalSite } from "../clusters/sites";
import { type GivenWorkloads, refusing } from "../commands/demand";
import { UserError } from "../userError";
import { apply } from "./apply";
import { ASK_AS_PLANNED, askedFewer } from "./asked";
import { serving } from "./drill";
import type { DrillFleet } from "./fleet";
import { playable } from "./playable";
import { standIns } from "./standIns";
import { type Unplayed, unplayed } from "./unplayed";

/** What is to run in the sites of a drill, beside what the program itself has put there. */
export interface Placing {
  /** Manifests beside the program. */
  readonly manifests: GivenWorkloads | undefined;
  readonly scaling: ScalingMode;
  /** Whether the program releases charts by `FleetWorkload`, of which nobody knows what their objects are called. */
  readonly hasCharts: boolean;
}

/**
 * Puts the workloads into the sites: the given manifests; and pods that ask for the same for every workload that nothing
 * at a site starts.
 * @returns what is to be known of it.
 * @throws UserError when a site refuses an object or does not answer, a chart's objects have other names than the demand, or
 * objects ask for fewer pods than the plan places.
 */
export async function place(fleet: DrillFleet, { manifests, scaling, hasCharts }: Placing): Promise<readonly string[]> {
  const sites = serving(fleet).map((name) => fleet.sites[name]!);
  const rendered = manifests && refusing(() => siteObjects(fleet.plan, manifests.sources, { scaling }));
  const given = new Map(rendered?.sites.map((site) => [site.site, playable(site.objects)]));
  const objects = sites.map((site) => ({ site, objects: given.get(site.name)?.objects ?? [] }));
  const { answerSeconds } = fleet;
  await apply(objects, { answerSeconds, ...(rendered && { whereOf: rendered.whereOf }) });

  const workloads = fleet.plan.spec.demand.workloads ?? [];
  const found = await Promise.all(sites.map((site) => unplayed(site, wantedAt(fleet, site.name), fleet)));
  if (hasCharts) refuseUnnamed(sites, found);
  if (scaling === "prescaled") await refuseFewer(fleet, sites);
  await apply(
    sites.map((site, index) => {
      const missing = new Set(found[index]?.workloads);
      const played = workloads.filter(({ name }) => missing.has(name));
      return { site, objects: played.length === 0 ? [] : standIns(played, fleet.placementOf(site.name)!) };
    }),
    { answerSeconds },
  );
  const changed = new Set([...given.values()].flatMap(({ notes }) => notes));
  return [...(rendered?.notes ?? []), ...changed, ...notesOf(found, workloads.length)];
}

function wantedAt(fleet: DrillFleet, site: string): string[] {
  return Object.entries(fleet.placementOf(site)?.replicas ?? {}).flatMap(([name, pods]) => (pods > 0 ? [name] : []));
}

const AS_CHARTS_NAME =
  "Name the workloads of the demand as the charts name their objects: namespace/name, or name. Where a release above is not ready, mend that " +
  "first: a hook that does not end keeps it from making anything else.";

/** A workload of a chart under another name would be there twice: once by the chart, and once played. */
function refuseUnnamed(sites: readonly LocalSite[], found: readonly Unplayed[]): void {
  const problems = found.flatMap(({ workloads, cronJobs, started }, index) => {
    const unnamed = workloads.filter((name) => !cronJobs.includes(name));
    if (unnamed.length === 0) return [];
    return [
      `Site ${sites[index]?.name} has nothing called ${unnamed.join(", ")}, of which the plan has it run pods. ` +
        `What its charts brought is called ${started.join(", ") || "nothing"}.`,
    ];
  });
  if (problems.length === 0) return;
  throw new UserError([...problems, AS_CHARTS_NAME].join("\n"));
}

/** Autoscalers that are played set the number themselves, so that this is asked of those that wait for nothing. */
async function refuseFewer(fleet: DrillFleet, sites: readonly LocalSite[]): Promise<void> {
  const lines = await Promise.all(
    sites.map((site) => askedFewer(site, fleet.placementOf(site.name)?.replicas ?? {}, fleet)),
  );
  if (lines.flat().length > 0) throw new UserError([...lines.flat(), ASK_AS_PLANNED].join("\n"));
}

/** Nothing is said when all is played: then the demand is all that there is. */
function notesOf(found: readonly Unplayed[], count: number): string[] {
  const cronJobs = new Set(found.flatMap((site) => site.cronJobs));
  const others = new Set(found.flatMap(({ workloads }) => workloads.filter((name) => !cronJobs.has(name))));
  const notes: string[] = [];
  const played = "played by pods that ask for the same as long as the drill lasts";
  if (cronJobs.size > 0) notes.push(`CronJobs are suspended and ${played}: ${[...cronJobs].sort().join(", ")}.`);
  if (others.size > 0 && others.size < count)
    notes.push(`Nothing at the sites starts these, so they are ${played}: ${[...others].sort().join(", ")}.`);
  return notes;
}
