/** What `multisite trust status` saw in all sites: one dated document. Public parts only; never a private key. */
export interface TrustFacts {
  /** Version of the document's form. */
  readonly version: 1;
  /** When the last site had answered, ISO 8601 in UTC. */
  readonly collectedAt: string;
  readonly sites: { readonly [name: string]: SiteTrustFacts };
}

/** What was seen in one site; that a site did not answer is a fact as well. */
export type SiteTrustFacts = ReachedSite | UnreachedSite;

/** A site whose API server did not answer in time, or not to us. */
export interface UnreachedSite {
  readonly reached: false;
  readonly seenAt: string;
  /** Why, as a phrase: "no answer within 10 s". */
  readonly reason: string;
  /** What was seen of it when it last answered. Decides nothing: it tells what a site held that is lost now. */
  readonly last?: ReachedSite;
}

/** What was seen of a site when it last answered; undefined when it never did. */
export function lastSeen(site: SiteTrustFacts | undefined): ReachedSite | undefined {
  return site?.reached === true ? site : site?.last;
}

function later(one: ReachedSite | undefined, other: ReachedSite | undefined): ReachedSite | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.seenAt < other.seenAt ? other : one;
}

/**
 * Facts with what was seen before of the sites that did not answer.
 * @param earlier facts that these take the place of
 */
export function withLast(facts: TrustFacts, earlier: TrustFacts | undefined): TrustFacts {
  const sites = Object.entries(facts.sites).map(([name, seen]): [string, SiteTrustFacts] => {
    if (seen.reached) return [name, seen];
    const last = later(seen.last, lastSeen(earlier?.sites[name]));
    return [name, last === undefined ? seen : { ...seen, last }];
  });
  return { ...facts, sites: Object.fromEntries(sites) };
}

/** What a site's API server told. */
export interface ReachedSite {
  readonly reached: true;
  readonly seenAt: string;
  /** Revision of the rotation that the site was last built from, wholly; undefined when it does not say. */
  readonly revision?: number;
  /** Trust domain of the fleet that the site is of; undefined when nothing in it says so. */
  readonly trustDomain?: string;
  readonly bundles: readonly BundleFact[];
  readonly leaves: readonly LeafFact[];
  readonly consumers: readonly ConsumerFact[];
}

/** A ConfigMap or Secret with the roots that something trusts. */
export interface BundleFact {
  /** `namespace/Kind/name`. */
  readonly where: string;
  /** What it trusts as one value: SHA-256 over the sorted fingerprints of its roots, one a line, in hexadecimal. */
  readonly hash: string;
  readonly roots: readonly RootFact[];
  /** When its content was last written; undefined when its history is not kept. */
  readonly writtenAt?: string;
}

/** One certificate of a bundle. */
export interface RootFact {
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string;
  readonly subject: string;
  /** Its generation by the plan's names; undefined for a root that the plan does not know. */
  readonly generation?: string;
  readonly notAfter: string;
}

/** A certificate that a Secret holds. */
export interface LeafFact {
  /** `namespace/name` of the Secret. */
  readonly where: string;
  readonly subject: string;
  readonly issuer: string;
  /** The generation whose root its chain ends in, by signature; undefined when it ends in none that was seen. */
  readonly generation?: string;
  /** True for an intermediate with which the site signs by itself. */
  readonly isIssuer: boolean;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly writtenAt?: string;
}

/** A workload that keeps the bundle in memory until its pods are rolled. */
export interface ConsumerFact {
  /** `namespace/Kind/name`. */
  readonly where: string;
  /** Pods that it is to have. */
  readonly desired: number;
  readonly pods: readonly PodFact[];
}

/** One pod of a consumer. */
export interface PodFact {
  readonly name: string;
  /** Bundle hash in its annotations; undefined when it has none. */
  readonly hash?: string;
  readonly ready: boolean;
  readonly startedAt?: string;
}

/**
 * Facts as a fleet may believe them: a site of another trust domain was not reached, whatever its name. Two fleets of one
 * program have the same names of sites and roots, and rotations of the same revisions.
 * @param trustDomain of the fleet; undefined for one that has none
 */
export function factsOf(trustDomain: string | undefined, facts: TrustFacts): TrustFacts {
  if (trustDomain === undefined) return facts;
  const sites = Object.entries(facts.sites).map(([name, seen]) => [name, factsOfSite(trustDomain, seen)] as const);
  return { ...facts, sites: Object.fromEntries(sites) };
}

function factsOfSite(trustDomain: string, seen: SiteTrustFacts): SiteTrustFacts {
  const isOther = (one: ReachedSite | undefined) => one?.trustDomain !== undefined && one.trustDomain !== trustDomain;
  if (seen.reached) return isOther(seen) ? foreign(seen, trustDomain) : seen;
  const { last, ...now } = seen;
  return isOther(last) ? now : seen;
}

function foreign({ seenAt, trustDomain }: ReachedSite, own: string): UnreachedSite {
  const reason = `what was asked is a site of trust domain ${trustDomain}, and this fleet's is ${own}: give its own kubeconfig or facts`;
  return { reached: false, seenAt, reason };
}

/** Facts older than this decide nothing. Minutes. */
export const FACTS_MINUTES = 15;

/** Clocks of two machines may differ by as much. Minutes. */
const SKEW_MINUTES = 2;

/**
 * Why facts may decide nothing, as a sentence; undefined when they may.
 * @param changedAt when the rotation's data was last changed
 * @param now time of the decision, ISO 8601 in UTC
 */
export function unfit(facts: TrustFacts | undefined, changedAt: string | undefined, now: string): string | undefined {
  if (facts === undefined) return "There are no facts: run `multisite trust status` first.";
  const age = (Date.parse(now) - Date.parse(facts.collectedAt)) / 60_000;
  const again = "collect them again with `multisite trust status`";
  if (!Number.isFinite(age)) return `The facts carry no date (${facts.collectedAt}): ${again}.`;
  if (age < -SKEW_MINUTES)
    return `The facts are of ${facts.collectedAt}, after now (${now}): set the clock, and ${again}.`;
  if (age > FACTS_MINUTES) {
    return `The facts are of ${facts.collectedAt}, ${Math.floor(age)} minutes old, and may be ${FACTS_MINUTES}: ${again}.`;
  }
  if (changedAt !== undefined && Date.parse(facts.collectedAt) < Date.parse(changedAt)) {
    return `The facts are of ${facts.collectedAt}, and the rotation was changed at ${changedAt}, after them: ${again}.`;
  }
  return undefined;
}
