import { faultDomainOf, isCloud, providerOf } from "../faultDomains";
import { defaultZones } from "../places";
import { meantRegion, nearestRegion, type RegionFacts, regionFacts } from "../regions";
import type { FleetSpec, SiteSpec } from "../spec";
import { built, type DraftSite } from "./sites";
import type { Draft } from "./structure";
import { oneOf, type Path, type Report, show } from "./wording";

/** Subnets per zone are cut from eight slots; no region has more than six zones. */
const MOST_ZONES = 8;

/** Regions, zones, and that fault domains are what they say. */
export function checkPlaces(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  for (const one of sites) {
    const facts = checkRegion(one, report);
    const site = built(one);
    if (site !== undefined) {
      checkZones(site.zones, [...one.path, "zones"], facts?.possibleZones, site.region, report);
      if (site.kind === "eks" && site.zones?.length === 1) {
        report([...one.path, "zones"], `has 1 zone: EKS places its control plane in at least 2, better give 3.`);
      }
    }
  }
  checkSpellings(sites, report);
  if (spec.faultDomain === "zone") checkZoneDomains(sites, report);
}

/** One region in two spellings would be two fault domains. */
function checkSpellings(sites: readonly DraftSite[], report: Report): void {
  const first = new Map<string, DraftSite>();
  for (const one of sites) {
    const { kind, region, faultDomain } = one.site;
    if (kind === undefined || region === undefined || faultDomain !== undefined) continue;
    const provider = providerOf(one.site as SiteSpec);
    // Of a region that is known its own check says enough.
    if (provider === undefined || (isCloud(provider) && meantRegion(provider, region) !== undefined)) continue;
    const place = `${provider}/${region.toLowerCase()}`;
    const other = first.get(place) ?? one;
    first.set(place, other);
    if (other.site.region === region) continue;
    report(
      [...one.path, "region"],
      `is "${region}", which site ${other.called} writes "${other.site.region}": give one spelling, or name their fault domains.`,
    );
  }
}

function checkRegion(one: DraftSite, report: Report): RegionFacts | undefined {
  const { site, path } = one;
  if (site.kind === undefined || site.region === undefined) return undefined;
  const provider = providerOf(site as SiteSpec);
  if (provider === undefined || !isCloud(provider)) return undefined;
  const facts = regionFacts(provider, site.region);
  if (facts !== undefined) return facts;
  const meant = meantRegion(provider, site.region);
  if (meant !== undefined) {
    report(
      [...path, "region"],
      `is "${site.region}": give "${meant}", as ${provider} writes the region: by another name it would be another fault domain.`,
    );
    return undefined;
  }
  const described =
    site.coordinates !== undefined && (site.kind === "existing" || (built(one)?.zones ?? []).length > 0);
  if (described) return undefined;
  const near = nearestRegion(provider, site.region);
  const needs = site.kind === "existing" ? "coordinates" : "zones and coordinates";
  report(
    [...path, "region"],
    `is "${site.region}", which is no region of ${provider} that this version knows.` +
      `${near === undefined ? "" : ` Did you mean "${near}"?`} If the region is new, give its ${needs}.`,
  );
  return undefined;
}

/** A list of zones, of a site or of a pool. `known` are those it may name; undefined when nobody knows. */
export function checkZones(
  zones: readonly (string | undefined)[] | undefined,
  path: Path,
  known: readonly string[] | undefined,
  where: string | undefined,
  report: Report,
): void {
  if (zones === undefined) return;
  if (zones.length === 0) report(path, `is empty: leave it out for the default, or name at least one zone.`);
  if (zones.length > MOST_ZONES) report(path, `has ${zones.length} zones: give at most ${MOST_ZONES}.`);
  const seen = new Set<string>();
  zones.forEach((zone, index) => {
    if (zone === undefined) return;
    if (seen.has(zone)) report([...path, index], `is "${zone}" a second time: remove it.`);
    seen.add(zone);
    if (known === undefined || known.includes(zone)) return;
    const choice = known.length === 0 ? "which has none: leave zones out" : `which has ${oneOf(known)}`;
    report([...path, index], `is ${show(zone)}, no zone of ${where ?? "the site"}, ${choice}.`);
  });
}

/** At level zone, domains whose zones touch would be lost together although they have two names. */
function checkZoneDomains(sites: readonly DraftSite[], report: Report): void {
  const owners = new Map<string, { readonly one: DraftSite; readonly domain: string }>();
  const inRegion = new Map<string, DraftSite>();
  for (const one of sites) {
    const { kind, region, faultDomain } = one.site;
    if (kind === undefined || region === undefined || faultDomain !== undefined) continue;
    const site = one.site as SiteSpec;
    const place = `${providerOf(site)}/${region}`;
    const zones = kind === "existing" ? [] : defaultZones(site);
    const other = inRegion.get(place);
    if (other !== undefined && (zones.length === 0 || defaultZones(other.site as SiteSpec).length === 0)) {
      report(
        [...one.path, "faultDomain"],
        `is missing: ${one.called} and ${other.called} are both in ${place}, and not of both are the zones known. ` +
          `Name the fault domain of each site that shares the region.`,
      );
    }
    inRegion.set(place, one);
    const domain = faultDomainOf(site, zones, "zone");
    for (const zone of zones) {
      const owner = owners.get(`${place}/${zone}`);
      if (owner !== undefined && owner.domain !== domain) {
        report(
          [...one.path, "zones"],
          `has ${zone} in common with site ${owner.one.called}, whose other zones differ: at faultDomain "zone" give each site ` +
            `zones of its own, the same zones to both, or name their faultDomain.`,
        );
        break;
      }
      owners.set(`${place}/${zone}`, { one, domain });
    }
  }
}
