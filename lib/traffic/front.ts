import type * as pulumi from "@pulumi/pulumi";
import type { FrontGroup } from "../clusters/frontGroup";
import type { FrontPlan } from "../plan/routing/front";
import type { FrontService } from "../plan/routing/frontSpec";
import type { TrafficPlan } from "../plan/routing/plan";
import type { SiteAddresses } from "./service";

/** The part of a plan that is for one front. */
export type FrontPlanFor<S extends FrontService> = Extract<FrontPlan, { readonly service: S }>;

/** How an anycast front is told of the sites: one builder. The DNS services of the plan then say where it is. */
export interface TrafficFront<S extends FrontService = FrontService> {
  /** The `service` of `traffic.front`. */
  readonly service: S;

  /** The package whose provider it needs. */
  readonly package: string;

  /** The explicit provider of the account or subscription. */
  provider(plan: FrontPlanFor<S>, options: pulumi.ResourceOptions): pulumi.ProviderResource;

  /** All of the front. */
  front(context: FrontContext<S>): FrontEntry;
}

/** What the builder of a front gets. */
export interface FrontContext<S extends FrontService> {
  readonly traffic: TrafficPlan;
  readonly plan: FrontPlanFor<S>;
  /** The public addresses of each serving site. */
  readonly addresses: SiteAddresses;
  /** What the cloud calls each of them, such as an allocation id. */
  readonly references: SiteAddresses;
  /** Groups of each site's nodes, where the cloud's front sends users to nodes. */
  readonly groups: { readonly [site: string]: readonly FrontGroup[] };
  /** Options of every resource: parent and explicit provider. */
  readonly cloud: pulumi.CustomResourceOptions;
}

/** Where users enter: what every DNS service answers for the domain. */
export interface FrontEntry {
  /** Addresses, or one name without a trailing dot. */
  readonly type: "A" | "CNAME";
  readonly values: pulumi.Output<string[]>;
  /** A TXT record by which the front believes that the domain is ours. */
  readonly proof?: { readonly name: string; readonly value: pulumi.Output<string> };
  /** What every request of it carries in `X-Azure-FDID`, by which sites keep others out. */
  readonly frontDoorId?: pulumi.Output<string>;
}
