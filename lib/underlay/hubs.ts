import type * as pulumi from "@pulumi/pulumi";
import type { CloudProvider } from "../plan/faultDomains";
import type { SitePlan } from "../plan/plan";
import type { UnderlayPlan, UnderlaySpec, WideAreaNetworkPlan } from "../plan/underlay";
import type { BuiltEnd } from "./build";
import type { Attached, HubContext, UnderlayKind, WideArea } from "./kind";

/** Providers of the hubs' accounts, in place of those that the library makes. */
export type HubProviders = { readonly [cloud in CloudProvider]?: pulumi.ProviderResource };

/** What hubs are built from. */
export interface HubArgs {
  readonly plan: UnderlayPlan;
  readonly spec: UnderlaySpec;
  /** All sites of the fleet, by number. */
  readonly sites: readonly SitePlan[];
  readonly kindOf: (cloud: CloudProvider) => UnderlayKind;
  readonly tags: Readonly<Record<string, string>>;
  readonly providers: HubProviders;
}

/** Makes one cloud's wide area network and attaches the cloud's networks to it. */
export function buildWideArea(
  parent: pulumi.Resource,
  plan: WideAreaNetworkPlan,
  args: HubArgs,
  attached: readonly Attached[],
): WideArea {
  const kind = args.kindOf(plan.provider);
  const wide = kind.wideArea(hubContext(parent, plan, args));
  const joining = new Set(
    args.plan.attachments.filter(({ provider }) => provider === plan.provider).map(({ site }) => site),
  );
  kind.join(
    wide,
    attached.filter(({ site }) => joining.has(site.name)),
  );
  return wide;
}

/** The ends of links that a wide area network has. */
export function hubEnds(kind: UnderlayKind, { gateways }: WideArea): (readonly [string, BuiltEnd])[] {
  return gateways.map((gateway) => [gateway.plan.name, { kind, attached: undefined, gateway }]);
}

/** What hubs are built with: the provider given, or one for the owner. */
export function hubContext(parent: pulumi.Resource, plan: WideAreaNetworkPlan, args: HubArgs): HubContext {
  const gateways = args.plan.gateways.filter(({ site, provider }) => site === undefined && provider === plan.provider);
  const sites = args.sites.filter(({ provider, kind }) => provider === plan.provider && kind !== "existing");
  const context = { plan, gateways, sites, spec: args.spec, tags: args.tags };
  const provider = args.providers[plan.provider] ?? args.kindOf(plan.provider).hubProvider(context, { parent });
  return { ...context, cloud: { parent, provider } };
}
