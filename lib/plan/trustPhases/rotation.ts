import type { SiteState } from "../spec";

/**
 * Where a root is in its life. `next`: trusted everywhere or on the way there. `active`: what sites are issued from.
 * `retiring`: still trusted, because certificates of it may be in use.
 */
export type GenerationState = "next" | "active" | "retiring";

/** One root of the fleet. */
export interface RootGeneration {
  /** Name of the root, such as `g2`. */
  readonly name: string;
  readonly state: GenerationState;
}

/**
 * Which roots a fleet has and who is issued from which: plain data, kept in the file that a program reads and that
 * `multisite trust` rewrites. Every site trusts every generation that is listed.
 */
export interface TrustRotation {
  /** How often this data was changed, 0 or more. Sites say which revision they were last built from. */
  readonly revision: number;
  /** Time of the last change, ISO 8601 in UTC: facts that were collected before it say nothing. @default not known */
  readonly changedAt?: string;
  readonly generations: readonly RootGeneration[];
  /** Sites that are issued from the next root already; all others are issued from the active one. @default none */
  readonly issuedByNext?: readonly string[];
  /** Revision of the last change of which roots are trusted. @default 0 */
  readonly bundleSince?: number;
  /** True when a site was issued from the next root at any time since it was listed. @default false */
  readonly nextWasIssued?: boolean;
  /** Sites that were closed out of the fleet: nobody trusts, peers or opens to them. @default none */
  readonly expelled?: readonly string[];
}

/** A site, as far as a rotation cares. */
export interface RotationSite {
  readonly name: string;
  readonly state: SiteState;
  /**
   * Workloads that keep the bundle in memory and must be rolled, as `namespace/Kind/name`; empty for none.
   * @default unknown: at least one must be seen
   */
  readonly consumers?: readonly string[];
  /** Secrets that must hold a certificate of the fleet, as `namespace/name`. @default unknown: at least one must be seen */
  readonly leaves?: readonly string[];
  /**
   * Hours for which a certificate lives that the site signs and no Secret shows, as those of Istio and Linkerd.
   * @default 24 where an issuer is seen in the site, otherwise 0
   */
  readonly unseenLeafHours?: number;
}

/** What a rotation is about. Pure data: equal subjects, facts and times give equal steps. */
export interface RotationSubject {
  readonly rotation: TrustRotation;
  readonly sites: readonly RotationSite[];
  /** How many sites are gone for good: as many may still be named, and none of them is issued or awaited. @default 0 */
  readonly retired?: number;
}

/** Where a rotation stands. */
export type TrustPhase = "steady" | "distribute" | "issue" | "withdraw";

/**
 * The phase that plain data is in: `steady`, one root; `distribute`, a next one is trusted too; `issue`, some sites are
 * issued from it; `withdraw`, all are, and the old one is about to go.
 */
export function phaseOf(rotation: TrustRotation): TrustPhase {
  if (rotation.generations.some(({ state }) => state === "retiring")) return "withdraw";
  if (!rotation.generations.some(({ state }) => state === "next")) return "steady";
  return (rotation.issuedByNext ?? []).length > 0 ? "issue" : "distribute";
}

/** The root in a state; undefined when there is none. */
export function generationIn(rotation: TrustRotation, state: GenerationState): string | undefined {
  return rotation.generations.find((one) => one.state === state)?.name;
}

/** The root that a site's certificates come from. */
export function issuedFrom(rotation: TrustRotation, site: string): string | undefined {
  const next = (rotation.issuedByNext ?? []).includes(site) ? generationIn(rotation, "next") : undefined;
  return next ?? generationIn(rotation, "active");
}

/** Sites that a rotation waits for: all but those that are lost or expelled. */
export function awaitedSites({ rotation, sites }: RotationSubject): RotationSite[] {
  return sites.filter(({ name, state }) => state !== "lost" && !(rotation.expelled ?? []).includes(name));
}

/** Sites that a rotation passes over, and that must be issued anew before they are peered again. */
export function passedOver(subject: RotationSubject): string[] {
  const awaited = new Set(awaitedSites(subject).map(({ name }) => name));
  return subject.sites.flatMap(({ name }) => (awaited.has(name) ? [] : [name]));
}
