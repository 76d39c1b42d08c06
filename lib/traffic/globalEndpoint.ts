import * as pulumi from "@pulumi/pulumi";
import type { ServicePlan, TrafficPlan } from "../plan/routing/plan";
import type { DnsService } from "../plan/routing/spec";
import type { DnsZone, SiteAddresses, TrafficService } from "./service";

/** What a global endpoint is made of. `Fleet` makes these; only a program that plans by itself gives them. */
export interface GlobalEndpointArgs {
  /** The traffic, of `FleetPlan.traffic`. */
  readonly plan: TrafficPlan;
  /** One for each service of the plan, each from the entry of its cloud: `[route53, cloudDns]`. */
  readonly services: readonly AnyTrafficService[];
  /** The public addresses of each serving site, by its name. */
  readonly addresses: SiteAddresses;
  /** Providers to use in place of those that the endpoint makes, by service. @default {} */
  readonly providers?: { readonly [service in DnsService]?: pulumi.ProviderResource };
}

// biome-ignore lint/suspicious/noExplicitAny: a list holds services of several kinds, each with its own plan and zone
export type AnyTrafficService = TrafficService<any, any>;

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
    for (const one of made) one.service.records(one.context, one.zone, this.nameServers);
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
  sites,
}: TrafficPlan) {
  return {
    ...{ domain, zone, failover, ttlSeconds, objectiveSeconds, failoverSeconds },
    services: services.map(({ service }) => service),
    sites: sites.map(({ name, state }) => ({ name, state })),
  };
}

interface Made {
  readonly service: AnyTrafficService;
  readonly context: Parameters<AnyTrafficService["zone"]>[0];
  readonly zone: DnsZone;
}

function zoneOf(parent: GlobalEndpoint, plan: ServicePlan, { plan: traffic, ...args }: GlobalEndpointArgs): Made {
  const service = args.services.find((one) => one.service === plan.service);
  // `Fleet` has told the caller before.
  if (service === undefined) throw new Error(`traffic of ${traffic.domain} came without ${plan.service}`);
  const provider = args.providers?.[plan.service] ?? service.provider(plan, { parent });
  const context = { traffic, plan, addresses: args.addresses, cloud: { parent, provider } };
  return { service, context, zone: service.zone(context) };
}

function relative(name: string): string {
  return name.replace(/\.$/, "");
}
