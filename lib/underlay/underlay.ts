import * as pulumi from "@pulumi/pulumi";
import type { LinkPlan, TunnelPlan, UnderlayPlan } from "../plan/underlay";
import { tunnelKey } from "./keys";
import type { Attached, LinkedSite, OfferedTunnel, RemoteTunnel, UnderlayKind } from "./kind";

/** What the links of a fleet are built from. `Fleet` makes these. */
export interface UnderlayArgs {
  /** The links, as planned, of topology `mesh`. */
  readonly plan: UnderlayPlan;
  /** The sites whose networks the library made, each with how its cloud links networks. */
  readonly sites: readonly { readonly end: LinkedSite; readonly kind: UnderlayKind }[];
  /** What the keys derive from of tunnels that no cloud makes keys for (between Google Cloud and Azure). Secret. */
  readonly tunnelSecret?: pulumi.Input<string>;
}

/** The links between the sites' networks: gateways, tunnels, peerings, routes, and openings in the sites' firewalls. */
export class Underlay extends pulumi.ComponentResource {
  static readonly __pulumiType = "multisite:index:Underlay";

  /** @param name name of the fleet; resources are named after sites and links. */
  constructor(name: string, args: UnderlayArgs, opts?: pulumi.ComponentResourceOptions) {
    const { topology, mtuBytes, links } = args.plan;
    super(Underlay.__pulumiType, name, { topology, mtuBytes, links: links.map((link) => link.name) }, opts);
    const attached = attachSites(this, args);
    for (const link of links) buildLink(link, attached, args.tunnelSecret);
    this.registerOutputs({ mtuBytes, links: links.map((link) => link.name) });
  }
}

interface AttachedSite {
  readonly attached: Attached;
  readonly kind: UnderlayKind;
}

type AttachedSites = ReadonlyMap<string, AttachedSite>;

function attachSites(parent: Underlay, { sites }: UnderlayArgs): AttachedSites {
  return new Map(
    sites.map(({ end, kind }) => {
      const own = { ...end, cloud: { ...end.cloud, parent } };
      return [end.site.name, { attached: kind.attach(own), kind }];
    }),
  );
}

function buildLink(link: LinkPlan, sites: AttachedSites, secret: pulumi.Input<string> | undefined): void {
  if (link.isGiven) return;
  const [first, second] = link.ends.map((end) => sites.get(end));
  if (first === undefined || second === undefined) throw new Error(`link ${link.name} has an end that is not built`);
  if (link.kind === "peering") first.kind.peer(link, first.attached, second.attached);
  else buildTunnels(link, first, second, secret);
}

/** The first end makes addresses and keys where its cloud does; the second, and else both, are told of the other's. */
function buildTunnels(
  link: LinkPlan,
  first: AttachedSite,
  second: AttachedSite,
  secret: pulumi.Input<string> | undefined,
): void {
  const offered = first.kind.offer?.(link, first.attached, second.attached);
  const tunnels = offered ?? ownTunnels(link, first, secret);
  second.kind.connect(link, second.attached, tunnelsOf(link, tunnels, first.attached.asn, 1));
  if (offered !== undefined) return;
  const back = tunnels.map(({ presharedKey }, index) => ({
    presharedKey,
    outsideAddress: addressOf(second.attached, link.tunnels[index]?.interfaces[1]),
  }));
  first.kind.connect(link, first.attached, tunnelsOf(link, back, second.attached.asn, 0));
}

function ownTunnels(link: LinkPlan, first: AttachedSite, secret: pulumi.Input<string> | undefined): OfferedTunnel[] {
  if (secret === undefined) throw new Error(`link ${link.name} has no secret to derive its tunnels' keys from`);
  return link.tunnels.map(({ number, interfaces }) => ({
    outsideAddress: addressOf(first.attached, interfaces[0]),
    presharedKey: tunnelKey(secret, `${link.name}/${number}`),
  }));
}

function addressOf({ outsideAddresses, end }: Attached, index: number | undefined): pulumi.Input<string> {
  const address = outsideAddresses[index ?? -1];
  if (address === undefined) throw new Error(`the gateway of ${end.site.name} has no interface ${index}`);
  return address;
}

/** The tunnels as the gateway of end `side` is told of them. */
function tunnelsOf(link: LinkPlan, tunnels: readonly OfferedTunnel[], remoteAsn: number, side: 0 | 1): RemoteTunnel[] {
  return link.tunnels.map((plan: TunnelPlan, index) => {
    const { outsideAddress, presharedKey } = tunnels[index]!;
    return {
      number: plan.number,
      outsideAddress,
      presharedKey,
      insideCidr: plan.insideCidr,
      insideAddress: plan.insideAddresses[side],
      remoteInsideAddress: plan.insideAddresses[side === 0 ? 1 : 0],
      remoteAsn,
      interface: plan.interfaces[side],
    };
  });
}
