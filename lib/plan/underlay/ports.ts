import type { SiteKind } from "../spec";

/** A port of the mesh, and where it is open. */
export interface MeshPort {
  /** What for, as a word that resources are named after. */
  readonly use: string;
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Port; of ICMP the type. */
  readonly port: number;
}

/** NodePort of the mesh's API on EKS, where a load balancer of ours leads to it: the chart's default. */
export const MESH_API_NODE_PORT = 32379;

/** Port of the mesh's API at its load balancer. */
export const MESH_API_PORT = 2379;

/**
 * What Cilium's nodes ask of each other (Cilium 1.20, Documentation/operations/system_requirements.rst, firewall rules).
 * VXLAN is open beside WireGuard, which carries it: a mesh may run without encryption, and a change of mode must not wait
 * for firewalls. Hubble and mutual authentication are off, so their ports stay closed; so is Geneve's.
 */
const EVERYWHERE: readonly MeshPort[] = [
  { use: "mesh-api", protocol: "tcp", port: MESH_API_PORT },
  { use: "health", protocol: "tcp", port: 4240 },
  { use: "health-echo", protocol: "icmp", port: 8 },
  { use: "vxlan", protocol: "udp", port: 8472 },
  { use: "wireguard", protocol: "udp", port: 51871 },
];

/** The ports that a site's firewall opens to its peers' nodes. */
export function meshPorts(kind: SiteKind): readonly MeshPort[] {
  if (kind !== "eks") return EVERYWHERE;
  return [...EVERYWHERE, { use: "mesh-api-node", protocol: "tcp", port: MESH_API_NODE_PORT }];
}
