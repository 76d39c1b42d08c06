import { contains, formatCidr, parseAddress } from "../cidr";
import { providerOfKind } from "../faultDomains";
import { stateFacts } from "../life";
import { isPrivate } from "../reserved";
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
  const linkable = sites.flatMap(linkableSite);
  for (const site of linkable) checkReachable(site, report);
  const declared = checkLinks(underlay, linkable, report);
  const ever = sites.length + (Array.isArray(spec.retired) ? spec.retired.length : 0);
  const topology = underlay.topology ?? defaultTopology(ever);
  if (topology === "mesh") checkTunnelRanges(linkable, declared, report);
  if (topology === "hubs") checkNoneMade(declared, report);
  checkHubs(spec, linkable, topology, report);
  checkQuotas(spec, linkable, report);
  checkMeshMtu(spec, linkable, declared, report);
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

/** Peers reach nodes by their internal addresses, and the mesh's API by one: no address translation in between. */
function checkReachable({ draft }: LinkableSite, report: Report): void {
  const { site, path } = draft;
  if (site.kind !== "existing") return;
  (site.cidrs?.nodes ?? []).forEach((text, index) => {
    if (readableRanges([text]).every(isPrivate)) return;
    report(
      [...path, "cidrs", "nodes", index],
      `is ${show(text)}, which is public, while underlay links the sites: peers reach nodes by internal addresses only, give private ranges.`,
    );
  });
  const mesh = site.endpoints?.mesh ?? [];
  if (mesh.length === 0) {
    report(
      [...path, "endpoints", "mesh"],
      `is missing while underlay links the sites: give the internal address by which peers reach the mesh's API, such as "10.9.0.10".`,
    );
  }
  const nodes = readableRanges(site.cidrs?.nodes ?? []);
  mesh.forEach((text, index) => {
    const address = text === undefined ? undefined : parseAddress(text);
    if (address === undefined) return;
    const range = { start: address, prefix: 32 };
    const at = [...path, "endpoints", "mesh", index];
    if (!isPrivate(range)) {
      report(at, `is ${show(text)}, a public address: give the internal one, peers come by links.`);
    } else if (nodes.length > 0 && !nodes.some((cidr) => contains(cidr, range))) {
      report(
        at,
        `is ${show(text)}, which is in none of the site's node CIDRs (${nodes.map(formatCidr).join(", ")}): links route these ` +
          "and nothing else, give an address from them.",
      );
    }
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

function checkLinks(underlay: Draft<UnderlaySpec>, sites: readonly LinkableSite[], report: Report): Declared {
  const byName = new Map(sites.map((site) => [site.name, site]));
  const declared = new Map<string, { link: Draft<LinkSpec>; path: Path; ends: readonly LinkableSite[] }>();
  (underlay.links ?? []).forEach((link, index) => {
    if (link?.between === undefined) return;
    const path = ["underlay", "links", index];
    const ends = checkEnds(link, byName, path, report);
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
  path: Path,
  report: Report,
): readonly [LinkableSite, LinkableSite] | undefined {
  const names = link.between ?? [];
  if (names.length !== 2 || names[0] === names[1]) {
    report([...path, "between"], `names ${names.map(show).join(", ") || "no site"}: give the names of two sites.`);
    return undefined;
  }
  const ends = names.map((name, index) => {
    const site = name === undefined ? undefined : byName.get(name);
    if (site === undefined && name !== undefined) {
      report([...path, "between", index], `is ${show(name)}, which is no site.${didYouMean(name, byName.keys())}`);
    }
    return site;
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
