import * as pulumi from "@pulumi/pulumi";
import { type BuiltEnd, type BuiltSite, buildLink } from "./build";
import { buildWideArea, type HubArgs, hubEnds } from "./hubs";
import type { LinkedSite, UnderlayKind } from "./kind";

/** What the links of a fleet are built from. `Fleet` makes these. */
export interface UnderlayArgs extends HubArgs {
  /** The sites whose networks the library made, each with how its cloud links networks. */
  readonly ends: readonly { readonly end: LinkedSite; readonly kind: UnderlayKind }[];
  /** True where stacks of their own make the links: here is made only what is in the sites. */
  readonly isLinkedElsewhere: boolean;
  /** What the keys derive from of tunnels that no cloud makes keys for (between Google Cloud and Azure). Secret. */
  readonly tunnelSecret?: pulumi.Input<string>;
}

/** What links need of each site, by its name: ids and names, for the stacks of the links to read. */
export type LinkEnds = { readonly [site: string]: object };

/** The links between the sites' networks: gateways, tunnels, peerings, routes, and openings in the sites' firewalls. */
export class Underlay extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:Underlay";

  /** What links need of each site. Nothing of it is secret. */
  readonly ends: LinkEnds;

  /** @param name name of the fleet; resources are named after sites and links. */
  constructor(name: string, args: UnderlayArgs, opts?: pulumi.ComponentResourceOptions) {
    const { topology, mtuBytes, links } = args.plan;
    super(Underlay.__pulumiType, name, { topology, mtuBytes, links: links.map((link) => link.name) }, opts);
    const attached = args.ends.map(({ end, kind }) => {
      const own = kind.attach({ ...end, cloud: { ...end.cloud, parent: this } });
      return { kind, attached: own, gateway: own.gateway };
    });
    this.ends = Object.fromEntries(attached.map((end) => [end.attached.site.name, end.attached.handle]));
    if (!args.isLinkedElsewhere) buildLinks(this, args, attached);
    this.registerOutputs({ mtuBytes, links: links.map((link) => link.name) });
  }
}

function buildLinks(parent: Underlay, args: UnderlayArgs, sites: readonly BuiltSite[]): void {
  const ends = new Map<string, BuiltEnd>(sites.map((end) => [end.attached.site.name, end]));
  const networks = sites.map(({ attached }) => attached);
  for (const plan of args.plan.wideAreaNetworks) {
    const wide = buildWideArea(parent, plan, args, networks);
    for (const [name, end] of hubEnds(args.kindOf(plan.provider), wide)) ends.set(name, end);
  }
  for (const link of args.plan.links) buildLink(link, ends, args.tunnelSecret);
}
