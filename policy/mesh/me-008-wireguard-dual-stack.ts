import { type Installation, isKnown } from "pulumi-multisite/plan";
import type { Rule } from "../rule";

/** Bytes that WireGuard and VXLAN add to a pod's packet. Source: Cilium 1.20.2, pkg/mtu/mtu.go. */
const ADDED_BYTES = 95 + 50;

/** What every link of IPv6 must carry (RFC 8200, section 5): WireGuard's device is never set below it. */
const LEAST_IPV6_BYTES = 1280;

/** What a VPN leaves of a packet is too little for IPv6 within WireGuard within VXLAN: such packets vanish silently. */
export const wireguardDualStack: Rule = {
  name: "me-008-wireguard-dual-stack",
  displayName: "No IPv6 through WireGuard over a VPN",
  description: `With WireGuard and IPv6, links between sites carry ${LEAST_IPV6_BYTES + ADDED_BYTES} bytes or more.`,
  level: "mandatory",
  severity: "high",
  remediation: "Turn IPv6 off, or encryption, or link the sites by what carries more than a VPN.",
  atInstall: true,
  program: ({ mesh: { members, hasVpn } }) =>
    members
      .filter(({ ipv6, encryption }) => ipv6 === true && encryption === "wireguard")
      .flatMap((one) => {
        const why = tooNarrow(one, hasVpn);
        if (why === undefined) return [];
        const message =
          `Cilium at ${one.called} has IPv6 and WireGuard, and ${why}: with ${ADDED_BYTES} bytes added, pods' packets of ` +
          `${LEAST_IPV6_BYTES} bytes are lost. Set ipv6.enabled false, or encryption off.`;
        return [{ message, site: one.site, urn: one.urn }];
      }),
};

function tooNarrow({ mtuBytes }: Installation, hasVpn: boolean): string | undefined {
  if (isKnown(mtuBytes) && mtuBytes > 0 && mtuBytes < LEAST_IPV6_BYTES + ADDED_BYTES) return `MTU ${mtuBytes}`;
  return hasVpn ? "a VPN links the sites" : undefined;
}
