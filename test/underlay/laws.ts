import type { Network, Packet } from "./firewalls";
import type { Resource } from "./model";
import { host, type Solver } from "./solver";

/** The mesh's ports by Cilium's own list, written down again: the plan's table is what is judged here. */
const MESH: readonly [Packet["protocol"], number][] = [
  ["tcp", 2379],
  ["tcp", 4240],
  ["udp", 8472],
  ["udp", 51871],
  ["icmp", 8],
];
/** On EKS the mesh's API is at a port of the nodes, and nodes share a group with the API server, which is private. */
const MORE_ON_AWS: readonly [Packet["protocol"], number][] = [
  ["tcp", 32379],
  ["tcp", 443],
];
/** Ports beside those listed, each with its neighbours, at both ends, and some that services have. */
const PROBED = [
  1, 22, 53, 80, 443, 2378, 2379, 2380, 4239, 4240, 4241, 4244, 4250, 6081, 6443, 8471, 8472, 8473, 10250,
];
const MORE_PROBED = [30000, 32378, 32379, 32380, 51870, 51871, 51872, 65535];

/** Every pair of sites, in both directions. */
export function pairs(of: Solver): (readonly [Network, Network])[] {
  return of.networks.flatMap((a) => of.networks.filter((b) => b !== a).map((b) => [a, b] as const));
}

/** Pairs of which one does not reach the other at the MTU of the narrowest tunnel. */
export function unreached(
  of: Solver,
  lost: ReadonlySet<string> = new Set(),
  gone: ReadonlySet<string> = new Set(),
): string[] {
  return pairs(of)
    .filter(([a, b]) => !gone.has(a.site) && !gone.has(b.site))
    .filter(([a, b]) => (of.way(a, b, lost) ?? 0) < 1399)
    .map(([a, b]) => `${a.site} to ${b.site}`);
}

/** Pairs and ports where the firewalls differ from the list: open though not listed, or listed and closed. */
export function wrongPorts(of: Solver): string[] {
  return pairs(of).flatMap(([a, b]) => wrongPortsOf(of, a, b));
}

const PROBES = [
  ...(["tcp", "udp"] as const).flatMap((protocol) =>
    [...PROBED, ...MORE_PROBED].map((port) => [protocol, port] as const),
  ),
  ["icmp", 8] as const,
];

function wrongPortsOf(of: Solver, a: Network, b: Network): string[] {
  const listed = b.cloud === "aws" ? [...MESH, ...MORE_ON_AWS] : MESH;
  const wanted = new Set(listed.map(([protocol, port]) => `${protocol} ${port}`));
  return PROBES.filter(([protocol, port]) => of.admits(a, b, protocol, port) !== wanted.has(`${protocol} ${port}`)).map(
    ([protocol, port]) => `${a.site} to ${b.site}: ${protocol} ${port}`,
  );
}

/** Addresses of nobody: a block that no site has, the internet, and what a peer has beside nodes. */
function strangersOf({ cloud, loadBalancers }: Network, peer: Network): string[] {
  const beside = peer.loadBalancers.map(({ range }) => host(range));
  // Links bring nothing else to Azure, whose own rules close it to the internet.
  if (cloud === "azure") return beside;
  return [...beside, ...loadBalancers.map(({ range }) => host(range)), "10.250.0.10", "203.0.113.9"];
}

/** On AWS of the two more the mesh's alone: who reaches its API server is decided elsewhere. */
const meshOn = (cloud: Network["cloud"]) => (cloud === "aws" ? [...MESH, ["tcp", 32379] as const] : MESH);

/** Ports of the mesh that somebody else than the peers' nodes gets to. */
export function openToStrangers(of: Solver): string[] {
  return pairs(of).flatMap(([a, b]) =>
    strangersOf(b, a).flatMap((from) =>
      meshOn(b.cloud)
        .filter(([protocol, port]) => of.takes(from, b, protocol, port))
        .map(([protocol, port]) => `${from} to ${b.site}: ${protocol} ${port}`),
    ),
  );
}

/** Tunnels that are made and do not come up: the others hide what is wrong with them. */
export function idleTunnels(of: Solver): string[] {
  const up = new Set(of.tunnels.flatMap(({ ends }) => ends.map(({ parts }) => parts[0])));
  return [...new Set(of.ends.flatMap(({ parts }) => parts[0] ?? []))].filter((tunnel) => !up.has(tunnel));
}

/** Inside addresses that one gateway has in two of its tunnels. */
export function insideTwice(of: Solver): string[] {
  const seen = new Map<string, string | undefined>();
  return of.tunnels
    .flatMap(({ ends }) => ends)
    .flatMap(({ gateway, inside, parts: [tunnel] }) => {
      const key = `${gateway} ${inside}`;
      const other = seen.get(key);
      seen.set(key, tunnel);
      return other === undefined || other === tunnel ? [] : [key];
    });
}

/** Tunnels whose end keeps back something of what is behind it: the others' announcements hide that. */
export function keptBack(of: Solver): string[] {
  return of.tunnels.flatMap(({ ends }) =>
    ends.flatMap((end) => (of.announcesAll(end) ? [] : `${end.gateway}: ${end.parts[0]}`)),
  );
}

/** Whether the solver finds anything wrong; it stops at the first that it finds. */
export function isFaulty(of: Solver): boolean {
  if ([idleTunnels, insideTwice, keptBack].some((law) => law(of).length > 0)) return true;
  return (
    pairs(of).some(([a, b]) => (of.way(a, b) ?? 0) < 1399 || wrongPortsOf(of, a, b).length > 0) ||
    openToStrangers(of).length > 0
  );
}

/** How the engine marks a secret in a state; its value is sealed. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** Every key of a tunnel in a state, however deep, and whether it is sealed. */
export function tunnelKeys(state: readonly Resource[]): { readonly name: string; readonly isSealed: boolean }[] {
  const found: { name: string; isSealed: boolean }[] = [];
  const walk = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (/^(tunnel\dPresharedKey|sharedKey|sharedSecret)$/.test(name)) {
        found.push({ name, isSealed: typeof inner === "object" && inner !== null && SECRET in inner });
      } else walk(inner);
    }
  };
  for (const { inputs, outputs } of state) walk([inputs, outputs]);
  return found;
}
