import type * as pulumi from "@pulumi/pulumi";
import type { ServicePlan, TrafficPlan } from "../plan/routing/plan";
import type { DnsService } from "../plan/routing/spec";
import type { Asker, ChallengeZone } from "./challenges/challenges";
import type { FrontEntry } from "./front";

/** The part of a plan that is for one service. */
export type PlanFor<S extends DnsService> = Extract<ServicePlan, { readonly service: S }>;

/**
 * How one DNS service is told of the sites: two builders and no base class. Zones come first, because each zone lists the
 * name servers of all; a builder decides nothing that the plan decides.
 */
export interface TrafficService<S extends DnsService = DnsService, Z extends DnsZone = DnsZone> {
  /** The `service` of the spec's entry. */
  readonly service: S;

  /** The package whose provider it needs. */
  readonly package: string;

  /** The explicit provider of the account, project or subscription. */
  provider(plan: PlanFor<S>, options: pulumi.ResourceOptions): pulumi.ProviderResource;

  /** The zone: the one that the spec names, or one that is made and protected. */
  zone(context: ServiceContext<S>): Z;

  /**
   * Every record and health check.
   * @param nameServers those of every zone that is made, for the zone's own NS record; empty with one service
   */
  records(context: ServiceContext<S>, zone: Z, nameServers: pulumi.Output<string[]>): void;

  /** In their place behind an anycast front: where it is, and by what it knows the domain for ours. */
  fronted(context: ServiceContext<S>, zone: Z, nameServers: pulumi.Output<string[]>, entry: FrontEntry): void;

  /** A zone of its own for answers to an ACME authority, and how each site answers in it. */
  challenges(context: ServiceContext<S>, zone: Z, name: string, askers: readonly Asker[]): ChallengeZone;

  /** The record by which the zone leads to that one, at whichever service it is. */
  delegate(context: ServiceContext<S>, zone: Z, name: string, nameServers: pulumi.Output<string[]>): void;
}

/** A zone as the endpoint meets it. */
export interface DnsZone {
  /** What the registrar is to be told; undefined for a zone that exists, whose delegation stands already. */
  readonly nameServers: pulumi.Output<string[]> | undefined;
}

/** What the builders of a service get. */
export interface ServiceContext<S extends DnsService> {
  readonly traffic: TrafficPlan;
  readonly plan: PlanFor<S>;
  /** The public addresses of each serving site. */
  readonly addresses: SiteAddresses;
  /** Options of every resource: parent and explicit provider. */
  readonly cloud: pulumi.CustomResourceOptions;
}

/** Public addresses by site, as many as the plan counts. */
export type SiteAddresses = { readonly [site: string]: readonly pulumi.Input<string>[] };

/**
 * The name of something that is there before, once it has been read: a name that is wrong ends the run before any record is
 * made of it.
 */
export function existing(there: pulumi.CustomResource, name: string): pulumi.Output<string> {
  return there.id.apply(() => name);
}

/** Names with the dot that makes them absolute. */
export function absolute(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}

/** Addresses of several sites, or only the first of each. */
export function addressesOf(
  { addresses }: Pick<ServiceContext<DnsService>, "addresses">,
  sites: readonly string[],
  which: "all" | "first",
): pulumi.Input<string>[] {
  return sites.flatMap((site) => (addresses[site] ?? []).slice(0, which === "all" ? undefined : 1));
}
