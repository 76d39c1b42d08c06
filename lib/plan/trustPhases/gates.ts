import type { BundleFact, ConsumerFact, LeafFact, ReachedSite, SiteTrustFacts, TrustFacts } from "./facts";
import type { RotationSite } from "./rotation";

/** One condition of a step, at one site. */
export interface Gate {
  /** What must be so, as a phrase. */
  readonly condition: string;
  /** Undefined for a condition on the facts as a whole. */
  readonly site: string | undefined;
  readonly met: boolean;
  /** What was seen, as a phrase. */
  readonly seen: string;
  /** When it was seen, ISO 8601 in UTC; undefined when nothing was. */
  readonly seenAt: string | undefined;
}

/** Why a condition does not hold in a site, as phrases; empty when it holds. */
type Judge = (site: ReachedSite, planned: RotationSite) => string[];

/** Judges a condition in each of the sites. A site that did not answer meets none. */
export function atEach(sites: readonly RotationSite[], facts: TrustFacts, condition: string, judge: Judge): Gate[] {
  return sites.map((planned) => {
    const site: SiteTrustFacts | undefined = Object.hasOwn(facts.sites, planned.name)
      ? facts.sites[planned.name]
      : undefined;
    const common = { condition, site: planned.name, seenAt: site?.seenAt };
    if (site === undefined) return { ...common, met: false, seen: "nobody asked it" };
    if (!site.reached) return { ...common, met: false, seen: `not reached: ${site.reason}` };
    const problems = judge(site, planned);
    return { ...common, met: problems.length === 0, seen: problems.length === 0 ? "so" : problems.join("; ") };
  });
}

/**
 * At each of the sites: every bundle holds a root, the certificate that most of `among` hold under its name, and everything that
 * reads one was rolled since.
 */
export function trustGates(
  sites: readonly RotationSite[],
  facts: TrustFacts,
  generation: string,
  among: readonly RotationSite[] = sites,
): Gate[] {
  const judge = trusts(generation, mostHeldFingerprint(generation, among, facts));
  return atEach(sites, facts, `trusts ${generation}, and all that read its bundle were rolled since`, judge);
}

/** At each of the sites: every certificate chains to a root. */
export function issuedGates(sites: readonly RotationSite[], facts: TrustFacts, generation: string): Gate[] {
  return atEach(sites, facts, `every certificate chains to ${generation}`, issuedBy(generation));
}

/** The site was wholly built from a revision, or a later one: no run of an older one can still be under way in it. */
export function builtSince(revision: number): Judge {
  return ({ revision: built }) => {
    if (built === undefined) return ["it does not say from which revision it was built"];
    return built >= revision ? [] : [`it was built from revision ${built}, not yet from ${revision}`];
  };
}

function trusts(generation: string, fingerprint: string | undefined): Judge {
  return (site, planned) => {
    const { bundles } = site;
    if (bundles.length === 0) return ["it has no bundle"];
    const lacking = bundles.flatMap((bundle) => lacks(bundle, generation, fingerprint));
    const hashes = new Set(bundles.map(({ hash }) => hash));
    const mixed = hashes.size > 1 ? [`its bundles differ: ${bundles.map(shown).join(", ")}`] : [];
    return [...lacking, ...mixed, ...consumerProblems(site, planned)];
  };
}

function lacks(bundle: BundleFact, generation: string, fingerprint: string | undefined): string[] {
  const roots = bundle.roots.filter((root) => root.generation === generation);
  if (roots.length === 0) {
    const known = bundle.roots.map((root) => root.generation ?? `unknown root ${root.subject}`);
    return [`${bundle.where} trusts [${known.join(", ")}] only`];
  }
  // One name, two keys: a root that was made anew under its old name is another root.
  return roots.every((root) => root.fingerprint === fingerprint)
    ? []
    : [
        `${bundle.where} has another ${generation} than other sites (${roots.map((root) => root.fingerprint.slice(0, 12)).join(", ")})`,
      ];
}

function shown({ where, hash }: BundleFact): string {
  return `${where} ${hash.slice(0, 12)}`;
}

function consumerProblems({ bundles, consumers }: ReachedSite, { consumers: expected }: RotationSite): string[] {
  const written = bundles
    .flatMap(({ writtenAt }) => (writtenAt === undefined ? [] : [writtenAt]))
    .sort()
    .at(-1);
  const missing = (expected ?? []).filter((where) => !consumers.some((one) => one.where === where));
  const none = expected === undefined && consumers.length === 0 ? ["nothing that reads the bundle was seen"] : [];
  return [
    ...none,
    ...missing.map((where) => `${where} was not found`),
    ...consumers.flatMap((one) => notRolled(one, bundles[0]?.hash, written)),
  ];
}

function notRolled(
  { where, desired, pods }: ConsumerFact,
  hash: string | undefined,
  written: string | undefined,
): string[] {
  const old = pods.filter((pod) => pod.hash !== hash);
  // A pod can carry the new hash and have read the old file, when it started before the bundle was written.
  const early = pods.filter(
    ({ hash: own, startedAt }) =>
      own === hash && written !== undefined && startedAt !== undefined && Date.parse(startedAt) < Date.parse(written),
  );
  const unready = pods.filter(({ ready }) => !ready);
  const of = `of ${Math.max(desired, pods.length)} pods`;
  return [
    ...(pods.length < desired ? [`${where} has ${pods.length} ${of}`] : []),
    ...(old.length > 0 ? [`${where}: ${old.length} ${of} not rolled since (${names(old)})`] : []),
    ...(early.length > 0
      ? [`${where}: ${early.length} ${of} started before the bundle was written at ${written} (${names(early)})`]
      : []),
    ...(unready.length > 0 ? [`${where}: ${unready.length} ${of} not ready (${names(unready)})`] : []),
  ];
}

function names(pods: readonly { readonly name: string }[]): string {
  return pods.length > 3
    ? `${pods
        .slice(0, 3)
        .map(({ name }) => name)
        .join(", ")} ...`
    : pods.map(({ name }) => name).join(", ");
}

function issuedBy(generation: string): Judge {
  return ({ leaves }, { leaves: expected }) => {
    const missing = (expected ?? []).filter((where) => !leaves.some((leaf) => leaf.where === where));
    const none = expected === undefined && leaves.length === 0 ? ["no certificate was seen"] : [];
    const others = leaves.filter((leaf) => leaf.generation !== generation);
    return [...none, ...missing.map((where) => `${where} was not found`), ...others.map(chainsTo)];
  };
}

/** No certificate chains to a root. */
export function notIssuedBy(generation: string): Judge {
  return ({ leaves }) => leaves.filter((leaf) => leaf.generation === generation).map(chainsTo);
}

function chainsTo({ where, generation, issuer }: LeafFact): string {
  return `${where} chains to ${generation ?? `no root of the fleet (issuer ${issuer})`}`;
}

/** Hours that what an issuer signs lives when nothing else is said: the default of Istio and of Linkerd. */
const ISSUED_HOURS = 24;

/** What a site signs and no Secret shows has run out since the site signs with its present issuer. */
export function unseenAreGone(now: string): Judge {
  return ({ leaves }, planned) => {
    const issuers = leaves.filter(({ isIssuer }) => isIssuer);
    const unseenLeafHours = planned.unseenLeafHours ?? (issuers.length > 0 ? ISSUED_HOURS : 0);
    if (unseenLeafHours === 0) return [];
    if (issuers.length === 0) return ["it signs by itself, and no issuer was seen"];
    return issuers.flatMap(({ where, writtenAt, notBefore }) => {
      const hours = (Date.parse(now) - Date.parse(writtenAt ?? notBefore)) / 3_600_000;
      return hours >= unseenLeafHours
        ? []
        : [`${where} signs since ${writtenAt ?? notBefore}; what its predecessor signed lives ${unseenLeafHours} h`];
    });
  };
}

/** The certificate that most sites' bundles hold under a generation's name; the first of its kind where they are even. */
function mostHeldFingerprint(
  generation: string,
  sites: readonly RotationSite[],
  facts: TrustFacts,
): string | undefined {
  const counts = new Map<string, number>();
  for (const { name } of sites) {
    const site = facts.sites[name];
    for (const bundle of site?.reached ? site.bundles : []) {
      for (const root of bundle.roots) {
        if (root.generation === generation) counts.set(root.fingerprint, (counts.get(root.fingerprint) ?? 0) + 1);
      }
    }
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0];
}
