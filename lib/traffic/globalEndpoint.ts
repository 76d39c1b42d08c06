import * as pulumi from "@pulumi/pulumi";
import type { FrontGroup } from "../clusters/frontGroup";
import type { FrontPlan } from "../plan/routing/front";
import type { ServicePlan, TrafficPlan } from "../plan/routing/plan";
import type { DnsService, FrontService } from "../plan/routing/spec";
import type { Asker, Solver } from "./challenges/challenges";
import type { FrontEntry, TrafficFront } from "./front";
import type { DnsZone, SiteAddresses, TrafficService } from "./service";

/** What a global endpoint is made of. `Fleet` makes these; only a program that plans by itself gives them. */
export interface GlobalEndpointArgs {
  /** The traffic, of `FleetPlan.traffic`. */
  readonly plan: TrafficPlan;
  /** One for each service of the plan and its front, each from the entry of its cloud: `[route53, cloudDns]`. */
  readonly services: readonly (AnyTrafficService | AnyTrafficFront)[];
  /** The public addresses of each serving site, by its name. */
  readonly addresses: SiteAddresses;
  /** What the sites' cloud calls these addresses, such as allocation ids: for a front. @default {} */
  readonly references?: SiteAddresses;
  /** Groups of the sites' nodes, for a front that sends users to nodes. @default {} */
  readonly groups?: { readonly [site: string]: readonly FrontGroup[] };
  /** Sites whose cert-manager answers an ACME authority at one of the services, where the plan's gateways have it so. @default [] */
  readonly askers?: readonly Asker[];
  /** Providers to use in place of those that the endpoint makes, by service. @default {} */
  readonly providers?: { readonly [service in DnsService | FrontService]?: pulumi.ProviderResource };
}

// biome-ignore lint/suspicious/noExplicitAny: a list holds services of several kinds, each with its own plan and zone
export type AnyTrafficService = TrafficService<any, any>;

// biome-ignore lint/suspicious/noExplicitAny: the same, of fronts
export type AnyTrafficFront = TrafficFront<any>;

/**
 * One public name for all sites, answered by every DNS service of the plan. All records are there before anything fails,
 * and nothing but health checks acts when something does.
 */
export class GlobalEndpoint extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:GlobalEndpoint";

  /** The name that users type. */
  readonly domain: string;

  /** What to enter at the registrar of the zone: the name servers of all zones that are made here. */
  readonly nameServers: pulumi.Output<string[]>;

  /** How each site's cert-manager answers an ACME authority, by site; empty where none asks one. */
  readonly solvers: { readonly [site: string]: Solver };

  /** What requests that come through the fleet's Azure Front Door carry; undefined without one. */
  readonly frontDoorId: pulumi.Output<string> | undefined;

  /**
   * @param name name of the endpoint, as a rule the fleet's.
   * @param opts as of every component.
   */
  constructor(name: string, args: GlobalEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    super(GlobalEndpoint.__pulumiType, name, endpointFacts(args.plan), opts);
    this.domain = args.plan.domain;
    const made = args.plan.services.map((plan) => zoneOf(this, plan, args));
    const servers = made.flatMap(({ zone }) => zone.nameServers ?? []);
    this.nameServers = pulumi.all(servers).apply((each) => [...new Set(each.flat().map(relative))].sort());
    const entry = args.plan.front && frontOf(this, args.plan.front, args);
    for (const { service, context, zone } of made) {
      if (entry === undefined) service.records(context, zone, this.nameServers);
      else service.fronted(context, zone, this.nameServers, entry);
    }
    this.frontDoorId = entry?.frontDoorId;
    this.solvers = challengesOf(args.plan, made, args.askers ?? []);
    this.registerOutputs({ ...endpointFacts(args.plan), nameServers: this.nameServers });
  }
}

/** What an endpoint says about itself, all of it plain: policies read it before anything exists. */
function endpointFacts({
  domain,
  zone,
  failover,
  ttlSeconds,
  objectiveSeconds,
  failoverSeconds,
  services,
  front,
  sites,
}: TrafficPlan) {
  return {
    ...{ domain, zone, failover, ttlSeconds, objectiveSeconds, failoverSeconds },
    services: services.map(({ service }) => service),
    ...(front && { front: front.service }),
    sites: sites.map(({ name, state }) => ({ name, state })),
  };
}

interface Made {
  readonly service: AnyTrafficService;
  readonly context: Parameters<AnyTrafficService["zone"]>[0];
  readonly zone: DnsZone;
}

function zoneOf(parent: GlobalEndpoint, plan: ServicePlan, { plan: traffic, ...args }: GlobalEndpointArgs): Made {
  const service = args.services.find((one): one is AnyTrafficService => one.service === plan.service);
  // `Fleet` has told the caller before.
  if (service === undefined) throw new Error(`traffic of ${traffic.domain} came without ${plan.service}`);
  const provider = args.providers?.[plan.service] ?? service.provider(plan, { parent });
  const context = { traffic, plan, addresses: args.addresses, cloud: { parent, provider } };
  return { service, context, zone: service.zone(context) };
}

/** The front, with a provider of its own. */
function frontOf(parent: GlobalEndpoint, plan: FrontPlan, { plan: traffic, ...args }: GlobalEndpointArgs): FrontEntry {
  const front = args.services.find((one): one is AnyTrafficFront => one.service === plan.service);
  if (front === undefined) throw new Error(`traffic of ${traffic.domain} came without ${plan.service}`);
  const provider = args.providers?.[plan.service] ?? front.provider(plan, { parent });
  const { addresses, references = {}, groups = {} } = args;
  return front.front({ traffic, plan, addresses, references, groups, cloud: { parent, provider } });
}

/** The zone for answers to an ACME authority at the one service that has it, to which the zones of all lead. */
function challengesOf(
  { gateway }: TrafficPlan,
  made: readonly Made[],
  askers: readonly Asker[],
): { readonly [site: string]: Solver } {
  const certificate = gateway?.certificate;
  const holder = made.find(({ service }) => certificate?.by === "acme" && service.service === certificate.service);
  if (certificate?.by !== "acme" || holder === undefined) return {};
  const { challengeZone: name } = certificate;
  const { nameServers, solvers } = holder.service.challenges(holder.context, holder.zone, name, askers);
  const servers = nameServers.apply((all) => all.map(relative));
  for (const { service, context, zone } of made) service.delegate(context, zone, name, servers);
  return solvers;
}

function relative(name: string): string {
  return name.replace(/\.$/, "");
}
