import { gatewayPlan, type TrafficGatewayPlan } from "../gateway/plan";
import type { SitePlan } from "../plan";
import type { SiteState } from "../spec";
import type { CapacityVerdict } from "../verdict";
import { CHECKERS, type Checkers } from "./checkers";
import { type CloudDnsPlan, cloudDnsPlan } from "./cloudDns";
import { type FrontPlan, frontPlan } from "./front";
import type { PlaceLabels } from "./labels";
import type { Users } from "./received";
import { type Route53Plan, route53Plan } from "./route53";
import { trafficSites } from "./sites";
import type { DnsProviderSpec, TrafficSpec } from "./spec";
import { DEFAULT_OBJECTIVE_SECONDS, DEFAULT_TTL_SECONDS, type FailoverTime, failoverTimes, frontTime } from "./times";
import { type TrafficManagerPlan, trafficManagerPlan } from "./trafficManager";

/** What follows from a fleet's traffic: who is asked, what each service is told, and how long a loss shows. */
export interface TrafficPlan {
  readonly spec: TrafficSpec;
  readonly domain: string;
  readonly zone: string;
  readonly failover: "spread" | "nearest";
  readonly ttlSeconds: number;
  readonly health: { readonly path: string; readonly port: number; readonly protocol: "https" | "http" };
  /** The sites that the services know: all but those that are joining. By their number. */
  readonly sites: readonly TrafficSite[];
  /** The services that answer for the zone. Behind a front their plans have no records of sites: they say where it is. */
  readonly services: readonly ServicePlan[];
  /** What chooses the site in their place; undefined where they do. */
  readonly front: FrontPlan | undefined;
  /** Whoever chooses the site, each with its time: the front, else every DNS service. */
  readonly steering: readonly FailoverTime[];
  readonly objectiveSeconds: number;
  /** At the worst, whichever service a resolver asks. */
  readonly failoverSeconds: number;
  /** What ends the users' TLS in each site; undefined where that is somebody else's. */
  readonly gateway: TrafficGatewayPlan | undefined;
  /** What is risked, in words. */
  readonly notes: readonly string[];
}

/** A site as the services know it. */
export interface TrafficSite {
  readonly name: string;
  readonly number: number;
  readonly state: SiteState;
  /** Whether users are led to it; those near a site that does not serve are handed to all the others. */
  readonly serves: boolean;
  readonly provider: string;
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly labels: PlaceLabels;
  /** Public addresses that it is entered by: one per zone on AWS, else one; as declared for a cluster that exists. */
  readonly addressCount: number;
  /** Those that are known beforehand: of a cluster that exists. Else the traffic part reserves them. */
  readonly addresses: readonly string[] | undefined;
}

/** What one service is told. */
export type ServicePlan = {
  readonly spec: DnsProviderSpec;
  readonly time: FailoverTime;
  /** Where its health checks come from. */
  readonly checkers: Checkers;
} & (
  | ({ readonly service: "route53" } & Route53Plan)
  | ({ readonly service: "cloudDns" } & CloudDnsPlan)
  | ({ readonly service: "trafficManager" } & TrafficManagerPlan)
);

/** The traffic of a fleet; undefined where the spec has none. */
export function trafficPlan(
  spec: TrafficSpec | undefined,
  sites: readonly SitePlan[],
  capacity: CapacityVerdict,
): TrafficPlan | undefined {
  if (spec === undefined) return undefined;
  const protocol = spec.health?.protocol ?? "https";
  const common: TrafficCommon = {
    spec,
    domain: spec.domain,
    zone: spec.zone,
    failover: spec.failover ?? "spread",
    ttlSeconds: spec.ttlSeconds ?? DEFAULT_TTL_SECONDS,
    health: {
      path: spec.health?.path ?? "/readyz",
      port: spec.health?.port ?? (protocol === "https" ? 443 : 80),
      protocol,
    },
    sites: trafficSites(sites),
  };
  const users = capacity.routing?.users ?? spec.users ?? {};
  const weights = (service: string) => capacity.routing?.services.find((one) => one.service === service)?.weights ?? {};
  const front =
    spec.front && frontPlan({ ...common, front: spec.front }, frontTime(spec.front), weights(spec.front.service));
  const times = failoverTimes(spec);
  const behind = front === undefined ? common : { ...common, sites: [] };
  const services = spec.providers.map((provider, index) =>
    servicePlan(behind, provider, times[index] as FailoverTime, weights(provider.service), users),
  );
  const steering = front === undefined ? times : [front.time];
  const objectiveSeconds = spec.objectiveSeconds ?? DEFAULT_OBJECTIVE_SECONDS;
  const failoverSeconds = Math.max(...steering.map((one) => one.totalSeconds));
  const gateway = gatewayPlan(spec, sites);
  const notes = [
    ...risks(spec, common.sites),
    ...frontRisks(spec),
    ...crowdedGroups(front, common.sites),
    ...(gateway?.certificate.notes ?? []),
  ];
  return { ...common, services, front, steering, objectiveSeconds, failoverSeconds, gateway, notes };
}

function servicePlan(
  common: TrafficCommon,
  spec: DnsProviderSpec,
  time: FailoverTime,
  weights: Readonly<Record<string, number>>,
  users: Users,
): ServicePlan {
  const checkers = CHECKERS[spec.service];
  switch (spec.service) {
    case "route53":
      return { spec, time, checkers, service: "route53", ...route53Plan(common, spec, weights) };
    case "cloudDns":
      return { spec, time, checkers, service: "cloudDns", ...cloudDnsPlan(common, users) };
    case "trafficManager":
      return { spec, time, checkers, service: "trafficManager", ...trafficManagerPlan(common, spec, weights, users) };
  }
}

/** What the services are planned from. */
export type TrafficCommon = Pick<
  TrafficPlan,
  "spec" | "domain" | "zone" | "failover" | "ttlSeconds" | "health" | "sites"
>;

function risks({ providers, dnssec }: TrafficSpec, sites: readonly TrafficSite[]): string[] {
  const notes: string[] = [];
  const [only] = providers;
  if (providers.length === 1 && only !== undefined)
    notes.push(
      `Only ${only.service} answers for the zone: when it is out, no name of the fleet resolves, however many sites are ` +
        `healthy. Add a second DNS service.`,
    );
  if (dnssec === "multi-signer")
    notes.push(
      "The zone is multi-signer: that each service publishes the keys of all is done at the services, by hand.",
    );
  if (sites.length === 0) notes.push("All sites are joining: no service answers for the name until one is active.");
  for (const site of sites.filter(({ serves }) => !serves))
    notes.push(`Users nearest to ${site.name}, which is ${site.state}, are handed to the sites that serve.`);
  return notes;
}

/** Elastic IPs that an account may have in one endpoint group unless it asks for more (Global Accelerator, "Quotas"). */
const USUAL_ENDPOINTS = 10;

function crowdedGroups(front: FrontPlan | undefined, sites: readonly TrafficSite[]): string[] {
  if (front?.service !== "globalAccelerator") return [];
  const count = (of: readonly string[]) =>
    sites.filter(({ name }) => of.includes(name)).reduce((sum, { addressCount }) => sum + addressCount, 0);
  return front.groups
    .map(({ region, sites: of }) => ({ region, endpoints: count(of) }))
    .filter(({ endpoints }) => endpoints > USUAL_ENDPOINTS)
    .map(
      ({ region, endpoints }) =>
        `The sites in ${region} have ${endpoints} addresses, and an endpoint group takes ${USUAL_ENDPOINTS} unless AWS has raised the quota "Endpoints ` +
        `per endpoint group - Elastic IP addresses" of the account: ask for it first.`,
    );
}

function frontRisks({ front }: TrafficSpec): string[] {
  if (front === undefined) return [];
  const single = `All users enter by ${front.service}: one mistake in its configuration cuts off every site, whatever DNS answers.`;
  if (front.service !== "frontDoor") return [single];
  return [
    single,
    "frontDoor knows the sites by address, so it does not hold their certificates against the domain's name.",
  ];
}
