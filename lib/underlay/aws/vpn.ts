import { CustomerGateway, VpnConnection } from "@pulumi/aws/ec2";
import { AttachmentAccepter, SiteToSiteVpnAttachment } from "@pulumi/aws/networkmanager";
import * as pulumi from "@pulumi/pulumi";
import { named } from "../../clusters/eks/tags";
import type { LinkPlan, TunnelPlan } from "../../plan/underlay";
import type { GatewayEnd, OfferedTunnel, OutsideEnd } from "../kind";
import type { AwsGateway } from "./handles";

/** A VPN connection for each address of the other gateway, of two tunnels each. */
export function offer(link: LinkPlan, gateway: GatewayEnd<AwsGateway>, other: OutsideEnd): OfferedTunnel[] {
  const connections = other.outsideAddresses.map((ipAddress, index) => {
    const name = `${link.name}-${index + 1}`;
    const { region } = gateway.plan;
    const common = { region, tags: named(gateway.at, name) };
    const customer = new CustomerGateway(
      name,
      { type: "ipsec.1", bgpAsn: String(other.plan.asn), ipAddress, ...common },
      gateway.cloud,
    );
    const [one, two] = link.tunnels.filter(({ interfaces }) => interfaces[1] === index);
    const isHub = gateway.plan.site === undefined;
    const connection = new VpnConnection(
      name,
      {
        type: "ipsec.1",
        // At a hub none: the core network's attachment gives it its end.
        ...(!isHub && { transitGatewayId: gateway.handle.transitGatewayId }),
        customerGatewayId: customer.id,
        ...settings("tunnel1", one!),
        ...settings("tunnel2", two!),
        ...common,
      },
      gateway.cloud,
    );
    if (isHub) attachToCore(name, gateway, connection);
    return connection;
  });
  return connections.flatMap((connection) => [
    { outsideAddress: connection.tunnel1Address, presharedKey: connection.tunnel1PresharedKey },
    { outsideAddress: connection.tunnel2Address, presharedKey: connection.tunnel2PresharedKey },
  ]);
}

/** The edge of the connection's own region is its end. Nothing comes in unasked, not even of the core network's account. */
function attachToCore(name: string, { at, handle, cloud, ready }: GatewayEnd<AwsGateway>, vpn: VpnConnection): void {
  const attachment = new SiteToSiteVpnAttachment(
    name,
    { coreNetworkId: handle.coreNetworkId, vpnConnectionArn: vpn.arn, tags: named(at, name) },
    pulumi.mergeOptions(cloud, { dependsOn: [...ready] }),
  );
  new AttachmentAccepter(name, { attachmentId: attachment.id, attachmentType: "SITE_TO_SITE_VPN" }, cloud);
}

/**
 * What all three clouds negotiate, and nothing weaker: https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html,
 * https://cloud.google.com/network-connectivity/docs/vpn/concepts/supported-ike-ciphers, and for Azure the page at `IPSEC`.
 */
function settings<T extends "tunnel1" | "tunnel2">(tunnel: T, plan: TunnelPlan) {
  return {
    [`${tunnel}InsideCidr`]: plan.insideCidr,
    [`${tunnel}IkeVersions`]: ["ikev2"],
    [`${tunnel}Phase1EncryptionAlgorithms`]: ["AES256"],
    [`${tunnel}Phase1IntegrityAlgorithms`]: ["SHA2-256"],
    [`${tunnel}Phase1DhGroupNumbers`]: [14],
    [`${tunnel}Phase2EncryptionAlgorithms`]: ["AES256-GCM-16"],
    [`${tunnel}Phase2IntegrityAlgorithms`]: ["SHA2-256"],
    [`${tunnel}Phase2DhGroupNumbers`]: [14],
    // Both sides dial, and dial again: a tunnel comes back without anyone.
    [`${tunnel}StartupAction`]: "start",
    [`${tunnel}DpdTimeoutAction`]: "restart",
  };
}
