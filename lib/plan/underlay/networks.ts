import { type Cidr, formatCidr, parseAddress, parseCidr, part } from "../cidr";
import { stateFacts } from "../life";
import type { SitePlan } from "../plan";
import type { SiteSpec } from "../spec";
import type { LinkPlan, NetworkPlan, OpeningPlan, RoutePlan } from "./plan";
import { meshPorts } from "./ports";
import { sourcesOf } from "./quotas";

/** Azure asks for /27 or wider for a `GatewaySubnet` that other gateways may come to. */
const GATEWAY_SUBNET_PREFIX = 27;

/** Whether the library made a site's network, and so knows its ranges and may change its routes and firewall. */
export function ownsNetwork(site: SiteSpec): boolean {
  return site.kind !== "existing" && site.network === undefined;
}

/**
 * The network of Google's that a team has given to a site, with its project. Such a network is in every region, so that sites
 * which are given one need nothing to link them.
 */
export function globalNetwork(site: SiteSpec): string | undefined {
  if (site.kind !== "gke" || site.network === undefined) return undefined;
  const { network } = site.network;
  const [, project = site.project, name = network] =
    /projects\/([^/]+)\/global\/networks\/([^/]+)$/.exec(network) ?? [];
  return `${project}/${name}`;
}

/** The sites that are linked: all but the lost, which answer nobody. */
export function linkedSites(sites: readonly SitePlan[]): SitePlan[] {
  return sites.filter((site) => stateFacts(site.state).meshed);
}

/** The owner of a site's cloud resources: account, project or subscription. */
export function ownerOf(site: SiteSpec): string {
  switch (site.kind) {
    case "eks":
      return site.account;
    case "gke":
      return site.project;
    case "aks":
      return site.subscription;
    default:
      return "";
  }
}

/** What peers reach of a site: its nodes, and where the mesh's API answers. */
export function reachableCidrs(site: SitePlan): string[] {
  const { addresses } = site;
  if (site.spec.kind !== "existing") return [addresses.nodeCidr, addresses.loadBalancerCidr];
  const nodes = addresses.nodeSubnets.map(parseCidr);
  const beyond = addresses.mesh.filter((text) => {
    const address = parseAddress(text) ?? 0;
    return !nodes.some(({ start, prefix }) => address >= start && address < start + 2 ** (32 - prefix));
  });
  return [...addresses.nodeSubnets, ...beyond.map((address) => `${address}/32`)];
}

/** What is nobody's but a site's, its nodes in it: its block, or of a cluster that exists the nodes alone. */
function wholeCidrs(site: SitePlan): string[] {
  return site.spec.kind === "existing" ? [...site.addresses.nodeSubnets] : [site.addresses.block];
}

function nodeCidrs(site: SitePlan): string[] {
  return site.spec.kind === "existing" ? [...site.addresses.nodeSubnets] : [site.addresses.nodeCidr];
}

/** The networks, each with what its links and its attachment make of it. */
export function networks(sites: readonly SitePlan[], paths: Paths, attached: ReadonlySet<string>): NetworkPlan[] {
  const reachable = new Map(sites.map((site) => [site.name, reachableCidrs(site)]));
  const nodes = new Map(sites.map((site) => [site.name, nodeCidrs(site)]));
  const whole = new Map(sites.map((site) => [site.name, wholeCidrs(site).map(parseCidr)]));
  const inOrder = byAddress([...nodes.values()].flat());
  return sites.map((site) => {
    const ways = paths.get(site.name) ?? [];
    const routes = ways.flatMap(({ peer, via }) =>
      (reachable.get(peer) ?? []).map((destination): RoutePlan => ({ destination, peer, via })),
    );
    return {
      site: site.name,
      number: site.number,
      provider: site.provider,
      region: site.region,
      isOwn: ownsNetwork(site.spec),
      isAttached: attached.has(site.name),
      nodeCidrs: nodes.get(site.name) ?? [],
      reachableCidrs: reachable.get(site.name) ?? [],
      peers: ways.map(({ peer }) => peer),
      routes,
      openings: openings(site, inOrder(ways.flatMap(({ peer }) => nodes.get(peer) ?? [])), () =>
        ways.flatMap(({ peer }) => whole.get(peer) ?? []),
      ),
      gatewayCidr: gatewayCidr(site),
    };
  });
}

/** From each site, to which peers and by what. */
export type Paths = ReadonlyMap<string, readonly { readonly peer: string; readonly via: string }[]>;

/** The paths that links between sites give, in both directions. */
export function pathsOf(links: readonly LinkPlan[]): Paths {
  const paths = new Map<string, { peer: string; via: string }[]>();
  const add = (from: string, peer: string, via: string) => {
    const ways = paths.get(from) ?? [];
    ways.push({ peer, via });
    paths.set(from, ways);
  };
  for (const { name, ends } of links) {
    add(ends[0], ends[1], name);
    add(ends[1], ends[0], name);
  }
  for (const ways of paths.values()) ways.sort((a, b) => (a.peer < b.peer ? -1 : 1));
  return paths;
}

function openings(site: SitePlan, nodes: readonly string[], blocks: () => readonly Cidr[]): OpeningPlan[] {
  if (nodes.length === 0) return [];
  const ports = meshPorts(site.kind);
  const sources = sourcesOf(site.provider, ports.length, nodes, blocks);
  return ports.map((port) => ({ ...port, sources }));
}

/** Azure alone has a subnet that gateways demand; the block's public subnets are unused there. */
function gatewayCidr(site: SitePlan): string | undefined {
  if (site.spec.kind !== "aks" || !ownsNetwork(site.spec)) return undefined;
  const network = parseCidr(site.addresses.network);
  return formatCidr(part(part(network, network.prefix + 3, 6), GATEWAY_SUBNET_PREFIX, 0));
}

/** Sorts ranges by their addresses, so that a list differs by what joined or left alone; all are sorted once. */
function byAddress(all: readonly string[]): (ranges: readonly string[]) => string[] {
  const starts = new Map(all.map((range) => [range, parseCidr(range).start]));
  const sorted = [...starts].sort((a, b) => a[1] - b[1]).map(([range]) => range);
  return (ranges) => {
    const wanted = new Set(ranges);
    return sorted.filter((range) => wanted.has(range));
  };
}
