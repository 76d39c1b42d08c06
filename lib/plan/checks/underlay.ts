import { providerOfKind } from "../faultDomains";
import { stateFacts } from "../life";
import { isInternal, reservedRange } from "../reserved";
import type { FleetSpec } from "../spec";
import { type LinkEnd, madeMtuBytes, pairSupport } from "../underlay/kinds";
import { pairKey } from "../underlay/links";
import type { LinkKind, LinkSpec, UnderlaySpec } from "../underlay/spec";
import { defaultTopology } from "../underlay/underlayPlan";
import { readableRanges } from "./ranges";
import { built, type DraftSite } from "./sites";
import type { Draft } from "./structure";
import { checkHubs } from "./underlayHubs";
import { checkMeshMtu } from "./underlayMtu";
import { checkQuotas } from "./underlayQuotas";
import { checkTunnelRange, checkTunnelRanges } from "./underlayTunnels";
import { didYouMean, type Path, type Report, show } from "./wording";

/** A site as far as its links depend on it. */
export interface LinkableSite extends LinkEnd {
  readonly name: string;
  readonly number: number | undefined;
  readonly draft: DraftSite;
  readonly isLinked: boolean;
}

/** Everything about links that needs more than one value: pairs, kinds, MTUs, ranges of tunnels, hubs, reachable sites. */
export function checkUnderlay(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const { underlay } = spec;
  if (underlay === undefined) return;
  const linkable = firstOnes(sites).flatMap(linkableSite);
  for (const site of linkable) checkReachable(site, report);
  const names = new Set(sites.flatMap(({ site }) => site.name ?? []));
  const declared = checkLinks(underlay, linkable, names, report);
  const ever = sites.length + (Array.isArray(spec.retired) ? spec.retired.length : 0);
  const topology = underlay.topology ?? defaultTopology(ever);
  if (topology === "mesh") checkTunnelRanges(linkable, declared, report);
  if (topology === "hubs") checkNoneMade(declared, report);
  checkHubs(spec, linkable, topology, report);
  checkQuotas(spec, linkable, report);
  checkMeshMtu(spec, linkable, declared, report);
}

/** Sites that are the first of their name and number: others are refused as such, and links of theirs are nobody's. */
function firstOnes(sites: readonly DraftSite[]): DraftSite[] {
  const [names, numbers] = [new Set<string>(), new Set<number>()];
  return sites.filter(({ site: { name, number } }) => {
    const isFirst = !(name !== undefined && names.has(name)) && !(number !== undefined && numbers.has(number));
    if (name !== undefined) names.add(name);
    if (number !== undefined) numbers.add(number);
    return isFirst;
  });
}

function linkableSite(draft: DraftSite): LinkableSite[] {
  const { site } = draft;
  if (site.kind === undefined || site.name === undefined || site.region === undefined) return [];
  const provider = site.kind === "existing" ? (site.provider ?? "") : providerOfKind(site.kind);
  const isOwn = site.kind !== "existing" && built(draft)?.network === undefined;
  const isLinked = stateFacts(site.state).meshed;
  const tenant = site.kind === "aks" ? site.tenant : undefined;
  return [{ name: site.name, number: site.number, provider, region: site.region, isOwn, draft, isLinked, tenant }];
}

/** Peers reach nodes by their internal addresses: no address translation in between. */
function checkReachable({ draft }: LinkableSite, report: Report): void {
  const { site, path } = draft;
  if (site.kind !== "existing") return;
  (site.cidrs?.nodes ?? []).forEach((text, index) => {
    // What nobody can have is refused as such.
    if (readableRanges([text]).every((range) => isInternal(range) || reservedRange(range, "existing"))) return;
    report(
      [...path, "cidrs", "nodes", index],
      `is ${show(text)}, which is public, while underlay links the sites: peers reach nodes by internal addresses only, give private ranges.`,
    );
  });
}

/** Declared links by their pairs. */
export type Declared = ReadonlyMap<
  string,
  { readonly link: Draft<LinkSpec>; readonly path: Path; readonly ends: readonly LinkableSite[] }
>;

/** With hubs, networks of ours meet there: a link of a pair beside that would be a second way that nobody asked for. */
function checkNoneMade(declared: Declared, report: Report): void {
  for (const { link, path, ends } of declared.values()) {
    const isTheirs = link.given === true || link.kind === "interconnect" || ends.some(({ isOwn }) => !isOwn);
    if (isTheirs) continue;
    report(
      path,
      `would have the library link ${ends.map(({ name }) => name).join(" and ")}, which the hubs link already: remove it, give true ` +
        `and make the link, or set underlay.topology to "mesh".`,
    );
  }
}

function checkLinks(
  underlay: Draft<UnderlaySpec>,
  sites: readonly LinkableSite[],
  names: ReadonlySet<string>,
  report: Report,
): Declared {
  const byName = new Map(sites.map((site) => [site.name, site]));
  const declared = new Map<string, { link: Draft<LinkSpec>; path: Path; ends: readonly LinkableSite[] }>();
  (underlay.links ?? []).forEach((link, index) => {
    if (link?.between === undefined) return;
    const path = ["underlay", "links", index];
    const ends = checkEnds(link, byName, names, path, report);
    if (ends === undefined) return;
    const key = pairKey(ends[0].name, ends[1].name);
    if (declared.has(key)) {
      report(path, `links ${ends[0].name} and ${ends[1].name} a second time: remove one of both.`);
      return;
    }
    declared.set(key, { link, path, ends });
    checkKind(link, ends, path, report);
  });
  return declared;
}

function checkEnds(
  link: Draft<LinkSpec>,
  byName: ReadonlyMap<string, LinkableSite>,
  known: ReadonlySet<string>,
  path: Path,
  report: Report,
): readonly [LinkableSite, LinkableSite] | undefined {
  const given = link.between ?? [];
  const names = given.filter((name) => name !== undefined);
  // One that is no name is refused where it stands.
  if (names.length < given.length) return undefined;
  if (names.length !== 2 || names[0] === names[1]) {
    report([...path, "between"], `names ${names.map(show).join(", ") || "no site"}: give the names of two sites.`);
    return undefined;
  }
  const ends = names.map((name, index) => {
    if (!known.has(name)) {
      report([...path, "between", index], `is ${show(name)}, which is no site.${didYouMean(name, known)}`);
    }
    return byName.get(name);
  });
  const [a, b] = ends;
  return a === undefined || b === undefined ? undefined : [a, b];
}

function checkKind(
  link: Draft<LinkSpec>,
  [a, b]: readonly [LinkableSite, LinkableSite],
  path: Path,
  report: Report,
): void {
  const support = pairSupport(a, b);
  const where = `${a.name} (${a.provider}) and ${b.name} (${b.provider})`;
  const allowed = support.allowed.map((one) => `"${one}"`).join(" or ");
  const kind = link.kind ?? support.made;
  if (kind === undefined) {
    report([...path, "kind"], `is missing: ${where} are linked by what the team has, give ${allowed}.`);
    return;
  }
  if (!support.allowed.includes(kind)) {
    report(
      [...path, "kind"],
      `is "${kind}", which ${where} do not support: give ${allowed}, since ${support.because}.`,
    );
    return;
  }
  const foreign = [a, b].filter(({ isOwn }) => !isOwn).map(({ name }) => name);
  const mustBeGiven = kind === "interconnect" || foreign.length > 0 || kind !== support.made;
  if (mustBeGiven && link.given === false) {
    const why =
      foreign.length > 0
        ? `the network of ${foreign.join(" and ")} is the team's`
        : `no cloud makes "${kind}" by itself`;
    report([...path, "given"], `is false, but ${why}: give true, and make the link.`);
  }
  const isGiven = link.given === true || mustBeGiven;
  if (isGiven && link.mtuBytes === undefined) {
    report(
      [...path, "mtuBytes"],
      `is missing: nobody but you knows what the ${kind} between ${a.name} and ${b.name} passes. Give the largest IP packet in bytes, ` +
        `measured with "ping -M do -s <bytes - 28>".`,
    );
  }
  if (!isGiven) checkMade(link, kind, [a, b], path, report);
  if (link.tunnelRange !== undefined)
    checkTunnelRange(link.tunnelRange, isGiven || kind !== "vpn", [a, b], path, report);
}

/** A link that the library makes carries what its cloud lets it: to say more would be believed. */
function checkMade(
  link: Draft<LinkSpec>,
  kind: LinkKind,
  [a, b]: readonly [LinkableSite, LinkableSite],
  path: Path,
  report: Report,
): void {
  const most = madeMtuBytes(kind, [a.provider, b.provider]);
  if (link.mtuBytes !== undefined && link.mtuBytes > most) {
    report(
      [...path, "mtuBytes"],
      `is ${link.mtuBytes}, but the ${kind} that the library makes between ${a.name} and ${b.name} passes ${most}: give ${most} or ` +
        `less, or leave it out.`,
    );
  }
  if (link.bandwidthMbps === undefined) return;
  report(
    [...path, "bandwidthMbps"],
    `is for a link of the team's: what the library makes between ${a.name} and ${b.name} carries what the clouds give. Remove it.`,
  );
}
