import { type Cidr, contains, endOf, formatAddress, formatCidr, parseCidr, part, sizeOf } from "./cidr";
import type { SiteAddresses } from "./plan";
import type { AddressSpec, ExistingSiteSpec, PoolSpec, SiteKind, SiteSpec } from "./spec";

/** The fleet's pool when the spec names none. */
export const DEFAULT_POOL = "10.0.0.0/8";

/** Prefix length of a site's block when the spec names none. */
export const DEFAULT_BLOCK_PREFIX = 16;

/** Slots that a subnet per zone is cut into: no region has more than six zones, and a zone never moves another's. */
export const ZONE_SLOTS_PREFIX = 3;

/** Longest VPC prefix that AWS takes is /28, the shortest /16 (Amazon VPC User Guide, VPC CIDR blocks, 2026-11-20). */
const WIDEST_NETWORK_PREFIX = 16;

/** Prefix length that GKE asks for a control plane's range. */
const GKE_CONTROL_PLANE_PREFIX = 28;

/**
 * A /24 for the pods of every node on EKS and AKS, whatever the pool's `maximumPods` (at most 250, beside Cilium's
 * router, health and ingress addresses): Cilium's mask is one per cluster and cannot change in a cluster that lives.
 */
const OVERLAY_POD_PREFIX = 24;

/** Addresses that a cloud keeps of every subnet: AWS 4 + 1, Azure 4 + 1, Google 2 + 2. The widest holds for all. */
export const KEPT_PER_SUBNET = 5;

/**
 * Where in a load balancer subnet the fixed addresses are, counted from its end: the clouds keep at most the last two,
 * and Azure gives out the lowest free address first, so the end is the last that a foreign load balancer takes.
 */
const MESH_FROM_END = 8;
const INGRESS_FROM_END = 7;

/** Where a fleet's blocks come from, with defaults. */
export interface BlockPool {
  readonly pool: Cidr;
  readonly blockPrefix: number;
}

/** Resolves the spec's address pool; the spec's problems are found before. */
export function blockPool(addresses: AddressSpec | undefined): BlockPool {
  return {
    pool: parseCidr(addresses?.pool ?? DEFAULT_POOL),
    blockPrefix: addresses?.blockPrefix ?? DEFAULT_BLOCK_PREFIX,
  };
}

/** How many blocks a pool has: block 0 is nobody's, since numbers begin with 1. */
export function blocksIn(from: BlockPool): number {
  return from.blockPrefix < from.pool.prefix ? 0 : 2 ** (from.blockPrefix - from.pool.prefix);
}

/** The block that a number gives, or undefined when the pool has no such block. */
export function blockOfNumber(number: number, from: BlockPool): Cidr | undefined {
  return number < blocksIn(from) ? part(from.pool, from.blockPrefix, number) : undefined;
}

/**
 * How one block is laid out. With the default /16 of number n:
 *
 *     10.n.0.0/18     the routed network (never wider than AWS's /16)
 *       10.n.0.0/19     nodes, a /22 per zone
 *       10.n.32.0/20    load balancers, a /23 per zone
 *       10.n.48.0/21    public subnets, a /24 per zone
 *       10.n.56.0/21    control plane
 *     10.n.64.0/20    services, outside the network as EKS demands
 *     10.n.80.0/20 to 10.n.112.0/20 are free for what comes
 *     10.n.128.0/17   pods: 128 nodes of a /24
 */
export interface BlockLayout {
  readonly network: Cidr;
  readonly nodes: Cidr;
  readonly loadBalancers: Cidr;
  readonly publicSubnets: Cidr;
  readonly controlPlane: Cidr;
  readonly services: Cidr;
  readonly pods: Cidr;
}

/** Lays out a block of prefix length 12 to 20. */
export function blockLayout(block: Cidr): BlockLayout {
  const network = part(block, Math.max(block.prefix + 2, WIDEST_NETWORK_PREFIX), 0);
  return {
    network,
    nodes: part(network, network.prefix + 1, 0),
    loadBalancers: part(network, network.prefix + 2, 2),
    publicSubnets: part(network, network.prefix + 3, 6),
    controlPlane: part(network, network.prefix + 3, 7),
    services: part(block, block.prefix + 4, 4),
    pods: part(block, block.prefix + 1, 1),
  };
}

/**
 * A slot from 0 to 7 for each zone. The slot is the zone's own letter or digit (`a`, `-b`, `1`), so that a zone that
 * is added or removed moves no subnet of another; a zone without one takes the first slot that is left.
 */
export function zoneSlots(zones: readonly string[]): number[] {
  const wanted = zones.map((zone) => "abcdefgh".indexOf(zone.slice(-1).replace(/[1-8]/, toLetter)));
  const taken = new Set<number>();
  const slots = wanted.map((slot) => {
    if (slot < 0 || taken.has(slot)) return undefined;
    taken.add(slot);
    return slot;
  });
  return slots.map((slot) => {
    if (slot !== undefined) return slot;
    const free = [0, 1, 2, 3, 4, 5, 6, 7].find((candidate) => !taken.has(candidate)) ?? 8;
    taken.add(free);
    return free;
  });
}

function toLetter(digit: string): string {
  return "abcdefgh".charAt(Number(digit) - 1);
}

/**
 * Prefix length of one GKE node's pods: the least power of two that is at least twice the pool's `maximumPods`
 * (Google Cloud, "Configure maximum Pods per node": 8 to /28, 110 to /24, 256 to /23; 2026-11-20).
 */
export function gkePodPrefix(maximumPods: number): number {
  return 32 - Math.max(4, Math.ceil(Math.log2(2 * maximumPods)));
}

/** Prefix length of one node's pods in a pool of this kind of cluster. */
export function podPrefixOf(kind: SiteKind, maximumPods: number): number {
  return kind === "gke" ? gkePodPrefix(maximumPods) : OVERLAY_POD_PREFIX;
}

/** Addresses that a subnet of this prefix length can give to nodes on every cloud. */
export function usableAddresses(prefix: number): number {
  return Math.max(0, sizeOf(prefix) - KEPT_PER_SUBNET);
}

/**
 * All addresses of one site. They depend on nothing but the site itself and the fleet's pool, so a site that comes or
 * goes moves nothing of another.
 * @param site a site without problems
 * @param zones its zones, resolved
 */
export function siteAddresses(site: SiteSpec, zones: readonly string[], from: BlockPool): SiteAddresses {
  if (site.kind === "existing") return existingAddresses(site);
  const block = site.block === undefined ? part(from.pool, from.blockPrefix, site.number) : parseCidr(site.block);
  const layout = blockLayout(block);
  const subnets = perZone(site.kind, zones);
  const loadBalancerSubnets = subnets(layout.loadBalancers);
  const whole = site.kind !== "eks";
  return {
    block: formatCidr(block),
    network: formatCidr(layout.network),
    nodeCidr: formatCidr(layout.nodes),
    nodeSubnets: subnets(layout.nodes).map(formatCidr),
    publicSubnets: whole ? [] : subnets(layout.publicSubnets).map(formatCidr),
    loadBalancerCidr: formatCidr(layout.loadBalancers),
    loadBalancerSubnets: loadBalancerSubnets.map(formatCidr),
    controlPlaneCidr: formatCidr(
      site.kind === "gke" ? part(layout.controlPlane, GKE_CONTROL_PLANE_PREFIX, 0) : layout.controlPlane,
    ),
    controlPlaneSubnets: whole ? [] : subnets(layout.controlPlane).map(formatCidr),
    podCidr: formatCidr(layout.pods),
    serviceCidr: formatCidr(layout.services),
    dnsServiceIp: dnsServiceIp(layout.services),
    mesh: loadBalancerSubnets.map((subnet) => formatAddress(endOf(subnet) - MESH_FROM_END)),
    ingress: loadBalancerSubnets.map((subnet) => formatAddress(endOf(subnet) - INGRESS_FROM_END)),
    podPrefixPerNode: podPrefixOf(site.kind, mostPods(site.pools)),
  };
}

/** EKS has one subnet per zone, GKE and AKS one per region. */
function perZone(kind: SiteKind, zones: readonly string[]): (of: Cidr) => Cidr[] {
  if (kind !== "eks") return (of) => [of];
  const slots = zoneSlots(zones);
  return (of) => slots.map((slot) => part(of, of.prefix + ZONE_SLOTS_PREFIX, slot));
}

/** ClusterIP of the cluster's DNS, the tenth of the service range as kubeadm, EKS, GKE and AKS have it. */
function dnsServiceIp(services: Cidr): string {
  return formatAddress(services.start + 10);
}

/** Pods per node of a pool that says nothing. */
export const DEFAULT_MAXIMUM_PODS = 110;

function mostPods(pools: readonly PoolSpec[]): number {
  return pools.reduce((most, pool) => Math.max(most, pool.maximumPods ?? DEFAULT_MAXIMUM_PODS), 0);
}

/** A cluster that exists has the addresses that it declares, and none of the pool. */
function existingAddresses(site: ExistingSiteSpec): SiteAddresses {
  const nodes = site.cidrs.nodes[0] ?? "";
  const services = site.cidrs.services[0] ?? "";
  return {
    block: nodes,
    network: nodes,
    nodeCidr: nodes,
    nodeSubnets: [...site.cidrs.nodes],
    publicSubnets: [],
    loadBalancerCidr: "",
    loadBalancerSubnets: [],
    controlPlaneCidr: "",
    controlPlaneSubnets: [],
    podCidr: site.cidrs.pods[0] ?? "",
    serviceCidr: services,
    dnsServiceIp: dnsServiceIp(parseCidr(services)),
    mesh: [...(site.endpoints?.mesh ?? [])],
    ingress: [...(site.endpoints?.ingress ?? [])],
    podPrefixPerNode: OVERLAY_POD_PREFIX,
  };
}

/** Whether a range lies in the fleet's pool. */
export function inPool(cidr: Cidr, from: BlockPool): boolean {
  return contains(from.pool, cidr);
}
