import { stateFacts } from "../../lib/plan/life";
import type { FleetSpec, SiteSpec } from "../../lib/plan/spec";
import type { Deployment, RunResult } from "../engine";
import { FLEET_WORKLOAD, placedBy } from "../placed";

/** Pods that a site may run of one workload, before a change and after it. */
interface Change {
  readonly site: SiteSpec;
  readonly from: number;
  readonly to: number;
}

/**
 * Pods that one update takes from sites that serve before it has given them to others: no site knows of another's pods, so
 * that those go which are too many at once, and the others have yet to start.
 * @param state what there was, with one Fleet of the spec `before`
 * @param preview of a program with one Fleet of the spec `after`
 */
export function movedPodNotes(
  state: Deployment["deployment"],
  before: FleetSpec,
  after: FleetSpec,
  preview: Pick<RunResult, "resources">,
): string[] {
  const known = new Map((state.resources ?? []).map(({ urn, inputs }) => [urn, podsOf(inputs)]));
  const confined = new Set((after.demand.workloads ?? []).filter(({ requires }) => requires).map((one) => one.name));
  return preview.resources.flatMap(({ type, urn, name, inputs }) => {
    const old = known.get(urn);
    if (type !== FLEET_WORKLOAD || old === undefined) return [];
    const next = podsOf(inputs);
    const moved = [...next].flatMap(([title, { workload, bySite }]) => {
      const changes = changesOf(old.get(title)?.bySite ?? new Map(), bySite, before, after);
      const moves = movesOf(changes, inputs.rollout === "siteBySite");
      if (moves === undefined) return [];
      return [{ title, ...moves, isNarrowed: confined.has(workload) && moves.fewer.some(({ to }) => to === 0) }];
    });
    if (moved.length === 0) return [];
    const what = moved.map(({ title, fewer, more }) => `${title} from ${texts(fewer)} to ${texts(more)}`);
    return [
      `One update takes pods of FleetWorkload "${name}" from sites that serve before others run them: ${what.join("; ")}. Until ` +
        `those are ready, and for good if they never are, a lost site is not made up for: ${remedy(moved, before)}.`,
    ];
  });
}

/** The pods of an object that runs some, and what the plan calls it. */
interface Pods {
  readonly workload: string;
  readonly bySite: Map<string, number>;
}

/** The pods of each object by its title, by what a FleetWorkload says that it has placed. */
function podsOf(inputs: unknown): ReadonlyMap<string, Pods> {
  const pods = new Map<string, Pods>();
  for (const [site, workloads] of placedBy(inputs)) {
    for (const { name, kind, namespace, object, maximum } of workloads) {
      const title = `${kind} ${namespace}/${object}`;
      const known = pods.get(title) ?? { workload: name, bySite: new Map() };
      known.bySite.set(site, maximum);
      pods.set(title, known);
    }
  }
  return pods;
}

function changesOf(
  old: ReadonlyMap<string, number>,
  next: ReadonlyMap<string, number>,
  before: FleetSpec,
  after: FleetSpec,
): Change[] {
  const serving = after.sites.filter(({ state }) => stateFacts(state).serves);
  // What runs once has no other site to make up for it.
  if (old.size < 2 && next.size < 2) return [];
  return serving.map((site) => {
    const isKept = before.sites.some(({ name }) => name === site.name);
    return { site, from: isKept ? (old.get(site.name) ?? 0) : 0, to: next.get(site.name) ?? 0 };
  });
}

interface Moves {
  readonly fewer: readonly Change[];
  readonly more: readonly Change[];
}

/** What runs fewer pods before others run more; undefined where nothing does. */
function movesOf(changes: readonly Change[], isChained: boolean): Moves | undefined {
  const fewer = changes.filter(({ from, to }) => to < from);
  const more = changes.filter(({ from, to }) => to > from);
  if (fewer.length === 0 || more.length === 0) return undefined;
  const numbers = (of: readonly Change[]) => of.map(({ site }) => site.number);
  // Site by site those that serve are changed by their number.
  if (isChained && Math.max(...numbers(more)) < Math.min(...numbers(fewer))) return undefined;
  return { fewer, more };
}

interface Moved extends Moves {
  readonly title: string;
  /** Whether it may no longer run where it ran: no number of pods keeps it there. */
  readonly isNarrowed: boolean;
}

/** What to do instead, in the imperative. */
function remedy(moved: readonly Moved[], { sites }: FleetSpec): string {
  const isNew = ({ site }: Change) => !sites.some(({ name }) => name === site.name);
  const begin = [...new Set(moved.flatMap(({ more }) => more.filter(isNew).map(({ site }) => site.name)))];
  const others = moved.filter(({ more, isNarrowed }) => !isNarrowed && !more.every(isNew));
  const narrowed = moved.filter(({ isNarrowed }) => isNarrowed);
  const least = others.map(({ title, fewer }) => `${Math.max(...fewer.map(({ from }) => from))} for ${title}`);
  const enough = narrowed.map(
    ({ title, fewer, more }) =>
      `${Math.max(...fewer.map(({ from }) => from), ...more.map(({ to }) => to))} for ${title}`,
  );
  const it = begin.length === 1 ? "it" : "them";
  return [
    ...(begin.length > 0
      ? [
          `give ${begin.join(", ")} the state "joining", which leaves the others as they are, and make ${it} active in a later update`,
        ]
      : []),
    ...(others.length > 0
      ? [`keep them for one update by \`minimumPerSite\` in the demand (${least.join(", ")})`]
      : []),
    ...(narrowed.length > 0
      ? [
          "first let the sites of before and after run it in one update, by `requires` that all of them meet and `minimumPerSite` in " +
            `the demand (${enough.join(", ")}), and narrow \`requires\` in the next`,
        ]
      : []),
  ].join("; ");
}

function texts(changes: readonly Change[]): string {
  return changes.map(({ site, from, to }) => `${site.name} (${from} -> ${to})`).join(", ");
}
