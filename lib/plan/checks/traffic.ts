import { providerOf } from "../faultDomains";
import { stateFacts } from "../life";
import { coordinatesOf } from "../places";
import { publicAddresses } from "../routing/addresses";
import { placeLabels } from "../routing/labels";
import type { DnsProviderSpec, TrafficSpec } from "../routing/spec";
import { profileLabel } from "../routing/trafficManager";
import type { FleetSpec, SiteSpec } from "../spec";
import { checkFront } from "./front";
import { checkGateway } from "./gateway";
import type { DraftSite } from "./sites";
import type { Draft } from "./structure";
import type { Report } from "./wording";

/** What must hold between the traffic and the sites, and between the services. */
export function checkTraffic(spec: Draft<FleetSpec>, sites: readonly DraftSite[], report: Report): void {
  const { traffic } = spec;
  if (traffic === undefined) return;
  checkDomain(traffic, report);
  checkServices(traffic, report);
  checkUsers(traffic, sites, report);
  const placed = sites.filter(({ site }) => site.state !== "joining");
  checkPlaced(placed, report);
  checkServing(placed, report);
  checkAddresses(placed, report);
  checkLatency(traffic, placed, report);
  checkAmounts(traffic, placed, report);
  checkFront(traffic, placed, report);
  checkGateway(traffic, sites, report);
}

/** The longest that the library puts before the domain: `site-` and a site's name. */
const LONGEST_PREFIX = "site-".length + 32 + 1;

function checkDomain({ domain, zone }: Draft<TrafficSpec>, report: Report): void {
  if (domain === undefined) return;
  if (domain.length + LONGEST_PREFIX > 253)
    report(
      ["traffic", "domain"],
      `has ${domain.length} characters: give at most ${253 - LONGEST_PREFIX}, since names of sites come before it.`,
    );
  if (zone === undefined) return;
  if (domain === zone)
    report(
      ["traffic", "domain"],
      `is "${domain}", the zone itself: give a name below it, such as "www.${zone}". A zone's own name takes no CNAME, which ` +
        `Cloud DNS and Traffic Manager need.`,
    );
  else if (domain.slice(0, -zone.length).includes("_"))
    report(
      ["traffic", "domain"],
      `is "${domain}" with an underscore, which is in no host name, and for which no authority issues a certificate (CA/Browser ` +
        `Forum, ballot SC12): give "-" for it.`,
    );
  else if (!domain.endsWith(`.${zone}`))
    report(
      ["traffic", "domain"],
      `is "${domain}", outside the zone "${zone}": give a name that ends in ".${zone}", or its own zone.`,
    );
}

function checkServices({ domain, providers, dnssec, ttlSeconds }: Draft<TrafficSpec>, report: Report): void {
  if (providers === undefined) return;
  if (providers.length === 0) report(["traffic", "providers"], "is an empty list: give at least one DNS service.");
  const seen = new Map<string, number>();
  providers.forEach((one, index) => {
    if (one?.service === undefined) return;
    const path = ["traffic", "providers", index];
    const first = seen.get(one.service);
    if (first !== undefined)
      report(path, `is ${one.service} as providers[${first}] is: its records would have two owners; remove one.`);
    seen.set(one.service, first ?? index);
    checkProfiles(one, domain, path, report);
    if (one.service === "trafficManager" && ttlSeconds === 0)
      report(["traffic", "ttlSeconds"], "is 0: give 1 to 300; Azure DNS offers no less than 1 s.");
  });
  if (dnssec === "signed" && providers.length > 1)
    report(
      ["traffic", "dnssec"],
      `is "signed" with ${providers.length} services, each of which would sign with keys that the other's answers do not ` +
        `match: give "multi-signer" where each service publishes the keys of all (RFC 8901), "unsigned", or one service.`,
    );
}

/** What follows the label in the name of a site's profile: `-at-` and the site's name. */
const LONGEST_SUFFIX = "-at-".length + 32;

function checkProfiles(
  one: Draft<DnsProviderSpec>,
  domain: string | undefined,
  path: readonly (string | number)[],
  report: Report,
): void {
  if (one.service !== "trafficManager") return;
  const timeout = one.timeoutSeconds ?? 5;
  if ((one.intervalSeconds ?? 10) === 10 && timeout > 9)
    report(
      [...path, "timeoutSeconds"],
      `is ${timeout}: give 5 to 9 with an interval of 10 s, which Traffic Manager asks for.`,
    );
  const label =
    domain === undefined ? one.label : profileLabel(domain, one.label === undefined ? {} : { label: one.label });
  if (label !== undefined && label.length + LONGEST_SUFFIX > 63)
    report(
      [...path, "label"],
      `would be "${label}" of ${label.length} characters: give one of at most ${63 - LONGEST_SUFFIX}, since names of sites follow it.`,
    );
}

function checkUsers({ users }: Draft<TrafficSpec>, sites: readonly DraftSite[], report: Report): void {
  if (users === undefined) return;
  const known = new Map(sites.flatMap(({ site }) => (site.name === undefined ? [] : [[site.name, site] as const])));
  for (const name of Object.keys(users)) {
    const site = known.get(name);
    if (site === undefined)
      report(
        ["traffic", "users", name],
        `names no site (${[...known.keys()].join(", ")}): remove it, or correct the name.`,
      );
    else if (site.state === "joining" && (users[name] ?? 0) > 0)
      report(["traffic", "users", name], "is for a site that is joining, to which nobody is sent yet: give 0.");
  }
  for (const [name, site] of known) {
    if (stateFacts(site.state).serves && users[name] === undefined)
      report(
        ["traffic", "users", name],
        "is missing: give the part of all users that this site is nearest to, 0 to 1.",
      );
  }
  // What is missing or unreadable is said already.
  if ([...known].some(([name, { state }]) => stateFacts(state).serves && users[name] === undefined)) return;
  const sum = Object.values(users).reduce((all: number, one) => all + (one ?? 0), 0);
  if (Math.abs(sum - 1) > 1e-6)
    report(["traffic", "users"], `add up to ${Math.round(sum * 1e6) / 1e6}: give parts of all users that add up to 1.`);
}

function checkPlaced(sites: readonly DraftSite[], report: Report): void {
  for (const { site, path, called } of sites) {
    if (site.kind === undefined || site.region === undefined) continue;
    if (site.kind === "existing" && site.provider === undefined) continue;
    if (coordinatesOf(site as SiteSpec) === undefined)
      report(
        [...path, "coordinates"],
        `are missing: give { latitude, longitude }, since nobody knows where region "${site.region}" of ${providerOf(site as SiteSpec)} ` +
          `is and users are led to the nearest site.`,
      );
    if (site.kind === "existing" && publicAddresses(site).length === 0 && stateFacts(site.state).serves)
      report(
        [...path, "endpoints", "ingress"],
        `has no public address: give at least one by which users reach ${called}, since DNS answers with addresses.`,
      );
  }
}

/** A record that stands for a set of nobody is refused by the services, in the middle of an update. */
function checkServing(sites: readonly DraftSite[], report: Report): void {
  if (sites.length === 0 || sites.some(({ site }) => stateFacts(site.state).serves)) return;
  const states = sites.map(({ site, called }) => `${called} is ${site.state}`).join(", ");
  report(
    ["traffic"],
    `has no site to lead users to (${states}): keep one of them active, or leave traffic out, which takes the name away.`,
  );
}

function checkAddresses(sites: readonly DraftSite[], report: Report): void {
  const owner = new Map<string, string>();
  for (const { site, path, called } of sites) {
    if (site.kind !== "existing") continue;
    for (const address of publicAddresses(site)) {
      const other = owner.get(address);
      if (other !== undefined && other !== called)
        report(
          [...path, "endpoints", "ingress"],
          `has ${address}, which ${other} has already: a health check could not tell the two apart; give each its own.`,
        );
      owner.set(address, called);
    }
  }
}

/** Route 53 takes one latency record for each of its regions. */
function checkLatency({ providers }: Draft<TrafficSpec>, sites: readonly DraftSite[], report: Report): void {
  const index = (providers ?? []).findIndex((one) => one?.service === "route53" && one.steering === "latency");
  if (index < 0) return;
  const owner = new Map<string, string>();
  for (const { site, called } of sites) {
    if (site.kind === undefined || site.region === undefined) continue;
    if (site.kind === "existing" && site.provider === undefined) continue;
    const coordinates = coordinatesOf(site as SiteSpec);
    if (coordinates === undefined) continue;
    const region = placeLabels({ provider: providerOf(site as SiteSpec), region: site.region, coordinates }).aws;
    const other = owner.get(region);
    if (other !== undefined)
      report(
        ["traffic", "providers", index, "steering"],
        `is "latency", but ${region} is the AWS region nearest to both ${other} and ${called}, and Route 53 takes one record for ` +
          `each region: give "geoproximity".`,
      );
    owner.set(region, called);
  }
}

/** Endpoints that one profile of Traffic Manager takes (azure-docs, Traffic Manager limits). */
const MOST_ENDPOINTS = 200;

function checkAmounts({ providers }: Draft<TrafficSpec>, sites: readonly DraftSite[], report: Report): void {
  (providers ?? []).forEach((one, index) => {
    if (one?.service === "trafficManager" && sites.length > MOST_ENDPOINTS)
      report(
        ["traffic", "providers", index],
        `is trafficManager with ${sites.length} sites: its profiles take ${MOST_ENDPOINTS} endpoints; use other services.`,
      );
  });
}
