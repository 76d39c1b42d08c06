import type * as pulumi from "@pulumi/pulumi";
import type { LinkPlan, TunnelPlan } from "../plan/underlay";
import { tunnelKey } from "./keys";
import type { Attached, GatewayEnd, OfferedTunnel, OutsideEnd, RemoteTunnel, UnderlayKind } from "./kind";

/** A site's network or a hub, and how its cloud links. */
export interface BuiltEnd {
  readonly kind: UnderlayKind;
  /** Undefined for a hub. */
  readonly attached: Attached | undefined;
  readonly gateway: GatewayEnd | undefined;
}

export interface BuiltSite extends BuiltEnd {
  readonly attached: Attached;
}

/** Sites and hubs by their names. */
export type BuiltEnds = ReadonlyMap<string, BuiltEnd>;

/** Makes one link between ends that are there. */
export function buildLink(link: LinkPlan, ends: BuiltEnds, secret: pulumi.Input<string> | undefined): void {
  if (link.isGiven) return;
  const [first, second] = link.ends.map((end) => ends.get(end));
  if (first === undefined || second === undefined) throw new Error(`link ${link.name} has an end that is not built`);
  if (link.kind === "vpn") buildTunnels(link, first, second, secret);
  else first.kind.peer(link, ofSite(link, first.attached), ofSite(link, second.attached));
}

function ofSite(link: LinkPlan, attached: Attached | undefined): Attached {
  if (attached === undefined) throw new Error(`link ${link.name} is a peering, but not of two sites`);
  return attached;
}

/** The first end makes addresses and keys where its cloud does; the second, and else both, are told of the other's. */
function buildTunnels(
  link: LinkPlan,
  first: BuiltEnd,
  second: BuiltEnd,
  secret: pulumi.Input<string> | undefined,
): void {
  const [one, other] = [ofLink(link, first.gateway), ofLink(link, second.gateway)];
  const offered = first.kind.offer?.(link, one, other);
  const tunnels = offered ?? ownTunnels(link, one, secret);
  second.kind.connect(link, other, tunnelsOf(link, tunnels, one.plan.asn, 1));
  if (offered === undefined) {
    const back = tunnels.map(({ presharedKey }, index) => ({
      presharedKey,
      outsideAddress: addressOf(other, link.tunnels[index]?.interfaces[1]),
    }));
    first.kind.connect(link, one, tunnelsOf(link, back, other.plan.asn, 0));
  }
  for (const { kind, attached } of [first, second]) if (attached !== undefined) kind.route?.(link, attached);
}

function ofLink(link: LinkPlan, gateway: GatewayEnd | undefined): GatewayEnd {
  if (gateway === undefined) throw new Error(`link ${link.name} has an end without a gateway`);
  return gateway;
}

function ownTunnels(link: LinkPlan, first: OutsideEnd, secret: pulumi.Input<string> | undefined): OfferedTunnel[] {
  if (secret === undefined) throw new Error(`link ${link.name} has no secret to derive its tunnels' keys from`);
  return link.tunnels.map(({ number, interfaces }) => ({
    outsideAddress: addressOf(first, interfaces[0]),
    presharedKey: tunnelKey(secret, `${link.name}/${number}`),
  }));
}

function addressOf({ outsideAddresses, plan }: OutsideEnd, index: number | undefined): pulumi.Input<string> {
  const address = outsideAddresses[index ?? -1];
  if (address === undefined) throw new Error(`the gateway ${plan.name} has no interface ${index}`);
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
