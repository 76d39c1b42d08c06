import type { BlockPool } from "../addresses";
import { type CloudProvider, isCloud } from "../faultDomains";
import type { SitePlan } from "../plan";
import { CLOUD_LINKS, MOST_IN_MESH, SITE_ASN_BASE } from "./facts";
import { hubRange } from "./hubRanges";
import { attachmentName, type Hubs, hubs } from "./hubs";
import { declaredLinks, pairKey, pairLink } from "./links";
import { linkedSites, networks, ownerOf, ownsNetwork, type Paths, pathsOf, reachableCidrs } from "./networks";
import { underlayNotes } from "./notes";
import type { GatewayPlan, LinkPlan, MissingLink, UnderlayPlan } from "./plan";
import { quotaNotes } from "./quotas";
import type { UnderlaySpec, UnderlayTopology } from "./spec";
import { linkStacks } from "./stacks";

/**
 * How the sites are linked. Pure, and a site's part follows from itself and the list of its peers: one that joins or
 * leaves changes published lists, and no address, number or tunnel of another.
 * @param retired how many sites are gone: they count, so that a leave never turns hubs back into a mesh
 * @param from where the fleet's addresses come from
 */
export function underlayPlan(
  sites: readonly SitePlan[],
  spec: UnderlaySpec,
  retired: number,
  from: BlockPool,
): UnderlayPlan {
  const topology = spec.topology ?? defaultTopology(sites.length + retired);
  const linked = linkedSites(sites);
  const shape = topology === "mesh" ? mesh(linked, spec) : hubbed(sites, spec, from);
  const links = [...shape.links].sort((a, b) => (a.name < b.name ? -1 : 1));
  const planned = networks(linked, shape.paths, new Set(shape.attachments.map(({ site }) => site)));
  return {
    topology,
    networks: planned,
    gateways: shape.gateways.map((gateway) => ({ ...gateway, insideAddresses: insideAddresses(gateway.name, links) })),
    wideAreaNetworks: shape.wideAreaNetworks,
    attachments: shape.attachments,
    links,
    missing: shape.missing,
    mtuBytes: narrowestMtuBytes(linked, [...links, ...shape.attachments]),
    stacks: linkStacks(links, linked, shape),
    notes: [...underlayNotes(topology, sites, spec, sites.length + retired), ...quotaNotes(planned)],
  };
}

/** The topology of a fleet that names none, by all the sites it ever had. */
export function defaultTopology(everCount: number): UnderlayTopology {
  return everCount <= MOST_IN_MESH ? "mesh" : "hubs";
}

interface Shape extends Hubs {
  readonly paths: Paths;
  readonly missing: readonly MissingLink[];
}

function mesh(sites: readonly SitePlan[], spec: UnderlaySpec): Shape {
  const { links, missing } = pairs(sites, spec, () => true);
  const ended = new Set(links.filter((link) => link.tunnels.length > 0).flatMap(({ ends }) => ends));
  const gateways = sites.filter(({ name }) => ended.has(name)).map(siteGateway);
  return { links, missing, gateways, wideAreaNetworks: [], attachments: [], paths: pathsOf(links) };
}

function siteGateway(site: SitePlan): GatewayPlan {
  return {
    name: site.name,
    provider: site.provider as CloudProvider,
    region: site.region,
    site: site.name,
    owner: ownerOf(site.spec),
    asn: SITE_ASN_BASE + site.number,
    announced: reachableCidrs(site),
    insideAddresses: [[], []],
  };
}

/** The addresses of a gateway inside its tunnels, by its interface. */
function insideAddresses(gateway: string, links: readonly LinkPlan[]): GatewayPlan["insideAddresses"] {
  const found: [string[], string[]] = [[], []];
  for (const { ends, tunnels } of links) {
    const side = ends.indexOf(gateway);
    if (side !== 0 && side !== 1) continue;
    for (const { interfaces, insideAddresses: inside } of tunnels)
      found[interfaces[side] === 0 ? 0 : 1].push(inside[side]);
  }
  return found;
}

/** Own networks meet through the hubs; what the team declares, and what involves a network of the team's, goes pair by pair. */
function hubbed(all: readonly SitePlan[], spec: UnderlaySpec, from: BlockPool): Shape {
  const made = hubs(all, spec, hubRange(spec.hubRange, from));
  const sites = linkedSites(all);
  const declared = declaredLinks(spec.links ?? []);
  const { links, missing } = pairs(
    sites,
    spec,
    (a, b) => !(ownsNetwork(a.spec) && ownsNetwork(b.spec)) || declared.has(pairKey(a.name, b.name)),
  );
  const direct = pathsOf(links);
  const own = sites.filter((site) => ownsNetwork(site.spec)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const paths = new Map(
    sites.map((site) => {
      const ways = direct.get(site.name) ?? [];
      if (!ownsNetwork(site.spec)) return [site.name, ways] as const;
      const known = new Set(ways.map(({ peer }) => peer));
      const through = own
        .filter((peer) => peer !== site && !known.has(peer.name))
        .map((peer) => ({ peer: peer.name, via: attachmentName(site.name) }));
      if (ways.length === 0) return [site.name, through] as const;
      return [site.name, [...ways, ...through].sort((a, b) => (a.peer < b.peer ? -1 : 1))] as const;
    }),
  );
  return { ...made, links: [...made.links, ...links], missing, paths };
}

function pairs(
  sites: readonly SitePlan[],
  spec: UnderlaySpec,
  wanted: (a: SitePlan, b: SitePlan) => boolean,
): { readonly links: LinkPlan[]; readonly missing: MissingLink[] } {
  const declared = declaredLinks(spec.links ?? []);
  const links: LinkPlan[] = [];
  const missing: MissingLink[] = [];
  sites.forEach((a, index) => {
    for (const b of sites.slice(index + 1)) {
      if (!wanted(a, b)) continue;
      const found = pairLink(a, b, declared.get(pairKey(a.name, b.name)));
      if ("sites" in found) missing.push(found);
      else links.push(found);
    }
  });
  return { links, missing };
}

/** Nodes of every cloud send what their network takes, and packets must pass every link. */
function narrowestMtuBytes(sites: readonly SitePlan[], ways: readonly { readonly mtuBytes: number }[]): number {
  const nodes = sites.flatMap(({ provider }) => (isCloud(provider) ? [CLOUD_LINKS[provider].networkMtuBytes] : []));
  return Math.min(...nodes, ...ways.map(({ mtuBytes }) => mtuBytes), LARGEST_MTU_BYTES);
}

/** What an EC2 network interface takes, the widest of the clouds. */
const LARGEST_MTU_BYTES = 9001;
