import {
  contains,
  isKnown,
  type MeshPort,
  meshPorts,
  type ObservedMesh,
  type Opening,
  readCidr,
} from "pulumi-multisite/plan";
import type { Finding } from "../judged";
import type { Rule } from "../rule";

/** Whoever reaches these ports may send packets as if from any pod (VXLAN), or try certificates at the mesh API. */
export const openingsToPeers: Rule = {
  name: "me-009-openings-to-peers",
  displayName: "Ports of the mesh are open to its nodes only",
  description:
    "What a program opens of the mesh's ports, it opens to the nodes of the mesh's sites and to nobody else.",
  level: "mandatory",
  severity: "high",
  remediation: "Give as sources the ranges of the peers' nodes.",
  program: ({ mesh }) => {
    if (mesh.members.length === 0) return [];
    const ports = portsOf(mesh);
    return mesh.openings.flatMap((opening) => {
      const open = ports.filter((port) => covers(opening, port));
      return open.length === 0 ? [] : wider(opening, open, mesh);
    });
  },
};

/** The ports that the members of this mesh listen on. */
function portsOf({ members }: ObservedMesh): MeshPort[] {
  const geneve: MeshPort = { use: "geneve", protocol: "udp", port: 6081 };
  const has = (of: "datapath" | "encryption", value: string) =>
    members.some((one) => !isKnown(one[of]) || one[of] === value);
  const nodePorts = new Set(
    members.flatMap(({ apiNodePort }) => (isKnown(apiNodePort) && apiNodePort > 0 ? apiNodePort : [])),
  );
  return [
    ...meshPorts("existing").filter(({ use, protocol }) => {
      if (protocol === "icmp") return false;
      return use === "vxlan" ? has("datapath", "vxlan") : use !== "wireguard" || has("encryption", "wireguard");
    }),
    ...(members.some(({ datapath }) => datapath === "geneve") ? [geneve] : []),
    ...[...nodePorts].map((port): MeshPort => ({ use: "mesh-api-node", protocol: "tcp", port })),
  ];
}

function covers({ protocol, from, to }: Opening, port: MeshPort): boolean {
  return (protocol === "any" || protocol === port.protocol) && from <= port.port && port.port <= to;
}

function wider({ name, urn, sources }: Opening, open: readonly MeshPort[], { peers }: ObservedMesh): Finding[] {
  const others = sources.filter((source) => !isAllowed(source, peers));
  if (others.length === 0) return [];
  const what = open.map(({ port, protocol, use }) => `${port}/${protocol} (${use})`).join(", ");
  const instead = peers.cidrs.length === 0 ? "the nodes of its peers" : [...new Set(peers.cidrs)].sort().join(", ");
  return [{ message: `${name} opens ${what} of the mesh to ${others.join(", ")}: give ${instead}.`, urn }];
}

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Where some peers are not known, a private range may be theirs; a public one never is. */
function isAllowed(source: string, { cidrs, isComplete }: ObservedMesh["peers"]): boolean {
  const read = readCidr(source);
  if ("fault" in read) return read.fault !== "ipv6" || source !== "::/0";
  return [...cidrs, ...(isComplete ? [] : PRIVATE)].some((cidr) => {
    const range = readCidr(cidr);
    return !("fault" in range) && contains(range, read);
  });
}
