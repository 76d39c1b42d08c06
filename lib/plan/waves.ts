import { compareText } from "./domains";
import { fleetPlan } from "./fleetPlan";
import { stateFacts } from "./life";
import { lifeProblems } from "./lives";
import type { FleetPlan } from "./plan";
import { type Problem, SpecError } from "./problems";
import type { FleetSpec } from "./spec";

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
