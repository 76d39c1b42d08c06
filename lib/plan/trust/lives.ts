import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../problems";
import type { SiteState } from "../spec";
import { awaitedSites, issuedFrom, type TrustRotation } from "../trustPhases/rotation";
import { lifetimesOf } from "./lifetimes";
import type { TrustPlan } from "./plan";
import type { RootKeeper, RotationSpec, TrustSpec } from "./spec";
import { FIRST_ROTATION } from "./trustPlan";

/** What of a fleet its trust rests on. */
interface TrustedFleet {
  readonly trust?: TrustSpec;
  readonly sites: readonly { readonly name: string; readonly state?: SiteState }[];
}

/** A fleet's trust before a change and after it. */
interface Change {
  readonly old: TrustSpec;
  readonly next: TrustSpec;
  readonly was: TrustRotation;
  readonly is: TrustRotation;
  /** Sites that were there before and are awaited by both rotations. */
  readonly sites: readonly string[];
}

/** Whose certificate is made of what the spec says of lifetimes. */
const SIGNED_HERE: readonly RootKeeper[] = ["state", "awsPrivateCa", "googleCas"];

/**
 * Why a trust cannot become another in one update without a lost link: every certificate must be of a root that all sites
 * trusted before it was issued, and a root goes when nobody is issued from it any more.
 * @param before the spec that was built last
 * @param after the spec that is to be built, without problems
 */
export function trustProblems(before: TrustedFleet, after: TrustedFleet): Problem[] {
  const change = changeOf(before, after);
  if (change === undefined) return [];
  return [
    ...domainProblem(change),
    ...rootProblems(change),
    ...(isExchanged(change) ? [] : [...writtenProblems(change), ...orderProblems(change)]),
  ];
}

/** What is to be known of a change of trust: a root in place of all others, whose links are lost on purpose. */
export function trustNotes(before: TrustedFleet, after: TrustedFleet): string[] {
  const change = changeOf(before, after);
  if (change === undefined || !isExchanged(change)) return [];
  const [old, next] = [namesOf(change.was), namesOf(change.is)];
  return [
    `One update takes ${old.join(", ")} from all sites and gives them ${next.join(", ")}, with no time in which they trust both, as multisite trust ` +
      "rotate --compromised does: sites that are done and those that are not make no new connection to each other until the last one is.",
  ];
}

/** The fleets of two plans of one trust, as far as plans tell: what a stack of the trust's own is judged by. */
export function trustedFleets(
  before: TrustPlan,
  after: TrustPlan,
): readonly [before: TrustedFleet, after: TrustedFleet] {
  const [old, next] = [before, after].map(({ sites }) => new Set(sites.map(({ site }) => site))) as [
    Set<string>,
    Set<string>,
  ];
  // A plan names those only that are there: a site that came or went is no change of the data.
  const isInBoth = (site: string) => old.has(site) && next.has(site);
  return [trustedFleet(before, isInBoth), trustedFleet(after, isInBoth)];
}

function trustedFleet(
  { trustDomain, rotation, roots, sites }: TrustPlan,
  isKept: (site: string) => boolean,
): TrustedFleet {
  const { issuedByNext = [], ...rest } = rotation;
  const kept = issuedByNext.filter(isKept);
  const [root] = roots;
  return {
    sites: sites.map(({ site }) => ({ name: site })),
    trust: {
      trustDomain,
      rotation: { ...rest, ...(kept.length > 0 && { issuedByNext: kept }) } as RotationSpec,
      roots: Object.fromEntries(roots.map(({ generation, spec }) => [generation, spec])),
      ...(root !== undefined && { lifetimes: { rootDays: root.certificate.lifetimeHours / 24 } }),
    },
  };
}

function changeOf(before: TrustedFleet, after: TrustedFleet): Change | undefined {
  if (before.trust === undefined || after.trust === undefined) return undefined;
  const [old, next] = [before.trust, after.trust];
  const [was, is] = [old, next].map(({ rotation = FIRST_ROTATION }) => rotation) as [TrustRotation, TrustRotation];
  const awaited = ({ sites }: TrustedFleet, rotation: TrustRotation) =>
    awaitedSites({ rotation, sites: sites.map(({ name, state = "active" }) => ({ name, state })) }).map(
      ({ name }) => name,
    );
  const still = new Set(awaited(after, is));
  return { old, next, was, is, sites: awaited(before, was).filter((name) => still.has(name)) };
}

function namesOf({ generations }: TrustRotation): string[] {
  return generations.map(({ name }) => name);
}

function keptOf({ was, is }: Change): string[] {
  return namesOf(is).filter((name) => namesOf(was).includes(name));
}

/** Whether one new root is in place of all others, as the command writes it. */
function isExchanged(change: Change): boolean {
  const { was, is } = change;
  const isWritten = is.revision > was.revision && is.bundleSince === is.revision;
  return isWritten && is.generations.length === 1 && keptOf(change).length === 0;
}

function domainProblem({ old, next }: Change): Problem[] {
  if (old.trustDomain === next.trustDomain) return [];
  const message =
    `was "${old.trustDomain}" and is "${next.trustDomain}", which is another identity for all workloads of all sites at once: give ` +
    `"${old.trustDomain}".`;
  return [{ path: "trust.trustDomain", message }];
}

/** A generation is one root for life. */
function rootProblems(change: Change): Problem[] {
  const { old, next } = change;
  const kept = keptOf(change);
  const rootOf = ({ roots = {} }: TrustSpec, name: string) => roots[name] ?? { keeper: "state" as const };
  const problems = kept.flatMap((name): Problem[] => {
    if (isDeepStrictEqual(rootOf(old, name), rootOf(next, name))) return [];
    const message =
      `was ${JSON.stringify(rootOf(old, name))} and is ${JSON.stringify(rootOf(next, name))}, which is another root under a name that ` +
      "sites trust: give the old one, and the new one a name of its own by multisite trust rotate --to NAME.";
    return [{ path: `trust.roots.${name}`, message }];
  });
  const [was, is] = [old, next].map(({ lifetimes }) => lifetimesOf(lifetimes).rootDays);
  const signed = kept.filter((name) => SIGNED_HERE.includes(rootOf(next, name).keeper));
  if (was !== is && signed.length > 0) {
    const message = `was ${was} and is ${is}, which signs ${signed.join(", ")} anew while sites are issued from it: give ${was}.`;
    problems.push({ path: "trust.lifetimes.rootDays", message });
  }
  return problems;
}

const BY_COMMAND = 'change it by "multisite trust rotate"';

/** What the gates of later steps read: who has which bundle. */
function writtenProblems({ was, is }: Change): Problem[] {
  if (isDeepStrictEqual(was, is)) return [];
  if (is.revision <= was.revision) {
    const back = is.revision < was.revision ? ' (a step is taken back by "--back")' : "";
    const message = `was ${was.revision} and is ${is.revision}, by which sites would say that they have what they lack: ${BY_COMMAND}${back}.`;
    return [{ path: "trust.rotation.revision", message }];
  }
  const isRebundled = namesOf(was).sort().join() !== namesOf(is).sort().join();
  if (!isRebundled || (is.bundleSince ?? 0) > was.revision) return [];
  const message =
    `is ${is.bundleSince ?? 0}, while the roots that sites trust are others since revision ${was.revision}: ${BY_COMMAND}, or give ` +
    `${is.revision}.`;
  return [{ path: "trust.rotation.bundleSince", message }];
}

/** Trusted before it is issued from, issued from no more before it is trusted no more. */
function orderProblems({ was, is, sites }: Change): Problem[] {
  const path = "trust.rotation.generations";
  const trusted = namesOf(was);
  const early = namesOf(is).flatMap((name): Problem[] => {
    if (trusted.includes(name)) return [];
    const issued = sites.filter((site) => issuedFrom(is, site) === name);
    if (issued.length === 0) return [];
    const message =
      `has ${issued.join(", ")} issued from ${name}, which no site trusts yet, so that their links are lost: let one update have all sites ` +
      `trust it first ("next"), as "multisite trust rotate" does.`;
    return [{ path, message }];
  });
  const gone = trusted.flatMap((name): Problem[] => {
    if (namesOf(is).includes(name)) return [];
    const issued = sites.filter((site) => issuedFrom(was, site) === name);
    if (issued.length === 0) return [];
    const message =
      `lacks ${name}, from which ${issued.join(", ")} ${issued.length === 1 ? "is" : "are"} issued as built last, so that their links are ` +
      "lost: issue them from another root first, and withdraw it in a later update.";
    return [{ path, message }];
  });
  return [...early, ...gone];
}
