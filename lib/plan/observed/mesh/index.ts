import type { ObservedResource, ObservedSite } from "../types";
import { type Installation, installations, isInstaller } from "./installations";
import { isManagedMesh, type ManagedMesh, managedMeshes } from "./managed";
import { isOpening, type Opening, openings } from "./openings";
import { type Peers, peersOf } from "./peers";
import { isNetwork, type MeshRange, rangesOf } from "./ranges";
import { type CalledProgram, calledPrograms } from "./webhooks";

export { type Installation, isInstaller } from "./installations";
export type { Opening } from "./openings";
export type { MeshRange } from "./ranges";
export { isKnown, type Setting } from "./settings";
export { type CalledProgram, nodesOwner } from "./webhooks";

/** What a program holds of a mesh, whoever wrote it. */
export interface ObservedMesh {
  /** Every Cilium of the program, in a mesh or not. */
  readonly installations: readonly Installation[];
  /** Those that are in a mesh: of one program, in one. */
  readonly members: readonly Installation[];
  /** Addresses of the members. */
  readonly ranges: readonly MeshRange[];
  readonly openings: readonly Opening[];
  readonly peers: Peers;
  /** Whether the program has a VPN, which carries less than what it links. */
  readonly hasVpn: boolean;
  readonly managed: readonly ManagedMesh[];
  /** What the API servers of EKS call in clusters whose pods are an overlay. */
  readonly called: readonly CalledProgram[];
}

/** What {@link observedMesh} needs of those who have looked at the program already. */
export interface Surroundings {
  readonly sites: readonly ObservedSite[];
  readonly byUrn: ReadonlyMap<string, ObservedResource>;
  /** `Fleet` components of the program. */
  readonly fleets: readonly ObservedResource[];
  siteOf(resource: ObservedResource): string | undefined;
}

const VPN =
  /^(aws:ec2\/vpnConnection:VpnConnection|gcp:compute\/vPNTunnel:VPNTunnel|azure(-native)?:.*:(VirtualNetworkGateway|Vpn)Connection)$/;

/** Whether the properties of resources of a type say something of a mesh. */
export function isOfAMesh(type: string): boolean {
  return isInstaller(type) || isOpening(type) || isNetwork(type) || isManagedMesh(type);
}

/** The mesh of a program. Pure, and nothing in the resources makes it throw. */
export function observedMesh(resources: readonly ObservedResource[], around: Surroundings): ObservedMesh {
  const found = installations(resources, around.siteOf);
  const members = found.filter(({ meshed }) => meshed === true);
  const lookup = (urn: string) => around.byUrn.get(urn);
  const ranges = members.flatMap((one) =>
    rangesOf(
      one,
      around.sites.find(({ name }) => name === one.site),
      lookup,
    ),
  );
  return {
    ...{ installations: found, members, ranges },
    openings: openings(resources),
    peers: peersOf(around.fleets, members, ranges),
    hasVpn: resources.some(({ type }) => VPN.test(type)),
    managed: managedMeshes(found, around.sites, resources),
    called: calledPrograms(resources, found, around.sites, around.siteOf),
  };
}
