import { compareText } from "./domains";
import { fleetPlan } from "./fleetPlan";
import { stateFacts } from "./life";
import type { FleetPlan } from "./plan";
import { type Problem, SpecError } from "./problems";
import type { FleetSpec, SiteSpec } from "./spec";

/** What a wave does to its site. In the order of the walk: what adds capacity comes before what takes it away. */
export const WAVE_KINDS = ["joins", "returns", "grows", "changes", "shrinks", "drains", "leaves", "vanishes"] as const;

export type WaveKind = (typeof WAVE_KINDS)[number];

/** One step of a walk: one site takes its new spec, the others stay. */
export interface Wave {
  readonly site: string;
  readonly kind: WaveKind;
  /** The fleet while this wave is the last that was walked: the new spec for the sites done, the old for the rest. */
  readonly spec: FleetSpec;
}

/** How a fleet gets from one spec to another. */
export interface Walk {
  /** One site at a time; empty when no site changes. */
  readonly waves: readonly Wave[];
  /** Why it must not be walked: steps that the fleet would not survive, and changes that no site survives. */
  readonly problems: readonly Problem[];
}

/**
 * The waves from one spec to another, and what is wrong with them. Nothing changes in two sites at once, and a fleet that
 * holds must hold after every wave: a change that takes before it gives is no walk but an outage. A fleet that does not hold
 * as it is may be walked in any case, since a change is how it is mended.
 * @throws SpecError when one of the two specs cannot be planned.
 */
export function walk(before: FleetSpec, after: FleetSpec): Walk {
  const [old, wanted] = [fleetPlan(before), fleetPlan(after)];
  let spec = before;
  const waves = orderOf(old, wanted).map((step): Wave => {
    spec = withSite(spec, after, step.site);
    return { ...step, spec };
  });
  const lives = lifeProblems(before, after);
  return { waves, problems: lives.length > 0 ? lives : lossProblems(old, waves) };
}

function orderOf(old: FleetPlan, wanted: FleetPlan): { site: string; kind: WaveKind }[] {
  const names = new Set([...old.sites, ...wanted.sites].map(({ name }) => name));
  const steps = [...names].flatMap((site) => {
    const kind = kindOf(old, wanted, site);
    return kind === undefined ? [] : [{ site, kind }];
  });
  const rank = (kind: WaveKind) => WAVE_KINDS.indexOf(kind);
  return steps.sort((a, b) => rank(a.kind) - rank(b.kind) || compareText(a.site, b.site));
}

function kindOf(old: FleetPlan, wanted: FleetPlan, name: string): WaveKind | undefined {
  const [from, to] = [old, wanted].map((plan) => plan.sites.find((site) => site.name === name));
  if (to === undefined) return "vanishes";
  if (from === undefined) return "joins";
  if (JSON.stringify(from.spec) === JSON.stringify(to.spec)) return undefined;
  const [did, does] = [stateFacts(from.state), stateFacts(to.state)];
  if (did.serves !== does.serves) {
    if (does.serves) return "returns";
    return does.meshed ? "drains" : "leaves";
  }
  if (did.meshed && !does.meshed) return "leaves";
  return byCapacity(from.guaranteed, to.guaranteed);
}

type Guaranteed = FleetPlan["sites"][number]["guaranteed"];

/** Less of anything is shrinkage, whatever else there is more of. */
function byCapacity(from: Guaranteed, to: Guaranteed): WaveKind {
  const pairs = [
    [from.cpuMillis, to.cpuMillis],
    [from.memoryMiB, to.memoryMiB],
    [from.pods, to.pods],
    [from.ephemeralStorageMiB, to.ephemeralStorageMiB],
    ...Object.keys({ ...from.extended, ...to.extended }).map((name) => [
      from.extended[name] ?? 0,
      to.extended[name] ?? 0,
    ]),
  ] as const;
  if (pairs.some(([did = 0, does = 0]) => does < did)) return "shrinks";
  return pairs.some(([did = 0, does = 0]) => does > did) ? "grows" : "changes";
}

/** One site's entry as it is wanted, all others as they were; what belongs to no site is still the old. */
function withSite(from: FleetSpec, after: FleetSpec, name: string): FleetSpec {
  const next = after.sites.find((site) => site.name === name);
  const others = from.sites.filter((site) => site.name !== name);
  const lost = after.degradedUntil ?? from.degradedUntil;
  return {
    ...from,
    sites: next === undefined ? others : [...others, next],
    ...(lost !== undefined && { degradedUntil: lost }),
  };
}

/** A name and a number are a site's for life, and a site is withdrawn from its peers before its entry goes. */
export function lifeProblems(before: FleetSpec, after: FleetSpec): Problem[] {
  return before.sites.flatMap((old) => {
    const kept = after.sites.findIndex(({ name }) => name === old.name);
    if (kept >= 0) return numberProblem(old, after.sites[kept]!, kept);
    const renamed = after.sites.findIndex(({ number }) => number === old.number);
    if (renamed >= 0) return renameProblem(old, after.sites[renamed]!, renamed);
    return vanishProblems(old, after);
  });
}

const ALL_RESTART = "which restarts all of its workloads and changes their addresses or identities at once";

function numberProblem(old: SiteSpec, next: SiteSpec, index: number): Problem[] {
  if (old.number === next.number) return [];
  const message = `was ${old.number} and is ${next.number}, ${ALL_RESTART}: give the old one, or a site of another name.`;
  return [{ path: `sites[${index}].number`, message }];
}

function renameProblem(old: SiteSpec, next: SiteSpec, index: number): Problem[] {
  const message = `was "${old.name}" and is "${next.name}", ${ALL_RESTART}: give the old one, or a site of another number.`;
  return [{ path: `sites[${index}].name`, message }];
}

function vanishProblems({ name, number, state }: SiteSpec, after: FleetSpec): Problem[] {
  const problems: Problem[] = [];
  if (stateFacts(state).meshed) {
    const message = `has no "${name}" any more, which its peers still follow: set its state to "leaving" first.`;
    problems.push({ path: "sites", message });
  }
  if (!(after.retired ?? []).includes(number)) {
    const message = `lacks ${number}, the number of "${name}", which is gone: add it, so that nobody is given it again.`;
    problems.push({ path: "retired", message });
  }
  return problems;
}

function lossProblems(old: FleetPlan, waves: readonly Wave[]): Problem[] {
  if (old.capacity.verdict !== "holds") return [];
  return waves.flatMap(({ site, kind, spec }) => {
    const problem = notHolding(spec);
    return problem === undefined
      ? []
      : [{ path: "sites", message: `cannot be walked: once ${site} ${kind}, ${problem}` }];
  });
}

function notHolding(spec: FleetSpec): string | undefined {
  try {
    const { verdict } = fleetPlan(spec).capacity;
    return verdict === "holds"
      ? undefined
      : `the fleet's N+1 ${verdict}: let other sites grow first, in a change of its own.`;
  } catch (error) {
    if (error instanceof SpecError) return `the others, which are as they were, do not fit: ${error.message}`;
    throw error;
  }
}
