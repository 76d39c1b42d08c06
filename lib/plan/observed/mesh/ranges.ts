import { SUBNET, VPC } from "../eks";
import { reader } from "../read";
import type { ObservedResource, ObservedSite } from "../types";
import type { Installation } from "./installations";
import { isKnown } from "./settings";

/** Addresses that a site of a mesh uses. */
export interface MeshRange {
  readonly cidr: string;
  readonly use: "nodes" | "pods" | "services";
  /** The site, as messages call it. */
  readonly owner: string;
  readonly urn: string;
  /** URN of the network that nodes share with others, where it is in the program. */
  readonly network?: string;
}

type Lookup = (urn: string) => ObservedResource | undefined;

/** Where the addresses of nodes are declared, and under which property. */
const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  [VPC]: ["cidrBlock"],
  "gcp:compute/subnetwork:Subnetwork": ["ipCidrRange"],
  "azure-native:network:Subnet": ["addressPrefix", "addressPrefixes"],
  "azure:network/subnet:Subnet": ["addressPrefix", "addressPrefixes"],
};

/** Whether a resource of this type says where nodes are. */
export function isNetwork(type: string): boolean {
  return Object.hasOwn(NETWORKS, type);
}

/** The ranges of one site: what its Cilium hands out, and what its cluster and its network say. */
export function rangesOf(one: Installation, site: ObservedSite | undefined, lookup: Lookup): MeshRange[] {
  const by = { owner: one.called, urn: one.urn };
  const handedOut = isKnown(one.podCidrs) ? one.podCidrs : [];
  const ofCluster = (use: "pods" | "services") =>
    (site?.cluster.cidrs ?? []).filter((range) => range.use === use).map(({ cidr }) => cidr);
  // Where the operator hands out none, the cluster does.
  const pods = handedOut.length > 0 || !isKnown(one.podCidrs) ? handedOut : ofCluster("pods");
  return [
    ...nodeRanges(site, lookup).map((range) => ({ ...range, ...by })),
    ...pods.map((cidr) => ({ cidr, use: "pods" as const, ...by })),
    ...ofCluster("services").map((cidr) => ({ cidr, use: "services" as const, ...by })),
  ];
}

/** The networks that a cluster and its pools were given, directly or by a subnet. */
function nodeRanges(site: ObservedSite | undefined, lookup: Lookup) {
  const urns = [site?.cluster.urn, ...(site?.pools ?? []).map(({ urn }) => urn)].flatMap((urn) => urn ?? []);
  const given = new Set(urns.flatMap((urn) => dependencies(lookup(urn))));
  const between = [...given].filter((urn) => lookup(urn)?.type === SUBNET).flatMap((urn) => dependencies(lookup(urn)));
  const networks = [...new Set([...given, ...between])].flatMap((urn) => lookup(urn) ?? []);
  return networks.filter(({ type }) => isNetwork(type)).flatMap(addressesOf);
}

function dependencies(resource: ObservedResource | undefined): string[] {
  return Object.values(resource?.propertyDependencies ?? {}).flat();
}

function addressesOf(network: ObservedResource) {
  const r = reader(network);
  const cidrs = NETWORKS[network.type]!.flatMap((property) => [...r.texts(property), r.text(property) ?? []].flat());
  return [...new Set(cidrs)].map((cidr) => ({ cidr, use: "nodes" as const, network: network.urn }));
}
