import { stateFacts } from "../life";
import type { SitePlan } from "../plan";
import type { FleetSpec, SiteSpec } from "../spec";
import { type CiliumMinor, DEFAULT_CILIUM_MINOR } from "../versions";
import { type MeshGate, meshGate } from "./gate";
import type { MeshImplementation } from "./meshSpec";
import { type WithdrawerPlan, withdrawerPlan } from "./withdrawerPlan";

/** The mesh of a fleet, with every default resolved: what all of its sites have in common. */
export interface MeshPlan {
  readonly implementation: MeshImplementation;
  readonly ciliumVersion: CiliumMinor;
  /** Versions of sites that have another, by their names. Absent: none has. */
  readonly ciliumVersions?: Readonly<Record<string, CiliumMinor>>;
  readonly encryption: "wireguard" | "none";
  /** Bytes that Cilium takes the network to carry; undefined: what it detects at each node. */
  readonly mtuBytes: number | undefined;
  readonly cacheTtlSeconds: number;
  /** What withdraws peers that vanish. Absent: nothing does but Cilium itself. */
  readonly withdrawer?: WithdrawerPlan;
  /** In which sites an update waits for the peers. Absent: in none. */
  readonly gate?: Exclude<MeshGate, "none">;
  /** The sites that are in the mesh, by their numbers. */
  readonly members: readonly MeshMember[];
}

/** A site as its peers know it. */
export interface MeshMember {
  readonly name: string;
  readonly number: number;
  /** Addresses of its mesh API. */
  readonly addresses: readonly string[];
  /** Ranges of its nodes, from which it reaches the mesh APIs of its peers. */
  readonly nodeCidrs: readonly string[];
}

/**
 * What a VPN between clouds carries, less headroom: the tunnel of AWS 1399 bytes, of Google Cloud 1406, and of Azure 1422
 * in the only capture that is public. (AWS Site-to-Site VPN, "Your customer gateway device"; Cloud VPN, "MTU
 * considerations"; msxfaq.de, "Azure VPN und MTU".)
 */
const BETWEEN_CLOUDS = 1370;

/** What a transit gateway and a peering between regions carry (AWS Transit Gateway quotas, "MTU"); nodes have 9001. */
const WITHIN_AWS = 8500;

const DEFAULT_CACHE_TTL_SECONDS = 180;

/**
 * The mesh that a spec asks for, or undefined when it asks for none.
 * @param linkMtuBytes MTU of the narrowest link of the underlay, where one is planned
 */
export function meshPlan(spec: FleetSpec, sites: readonly SitePlan[], linkMtuBytes?: number): MeshPlan | undefined {
  const { mesh } = spec;
  if (mesh === undefined) return undefined;
  const withdrawer = withdrawerPlan(spec);
  const gate = meshGate(spec);
  const ciliumVersion = mesh.ciliumVersion ?? DEFAULT_CILIUM_MINOR;
  const others = sites.filter((site) => site.ciliumVersion !== ciliumVersion);
  return {
    implementation: mesh.implementation ?? "cilium",
    ciliumVersion,
    ...(others.length > 0 && {
      ciliumVersions: Object.fromEntries(others.map((one) => [one.name, one.ciliumVersion])),
    }),
    encryption: mesh.encryption ?? "wireguard",
    mtuBytes: mesh.mtuBytes ?? linkMtuBytes ?? narrowest(sites),
    cacheTtlSeconds: mesh.cacheTtlSeconds ?? DEFAULT_CACHE_TTL_SECONDS,
    ...(withdrawer && { withdrawer }),
    ...(gate !== "none" && { gate }),
    members: sites.filter(({ state }) => stateFacts(state).meshed).map(member),
  };
}

function member({ name, number, kind, addresses }: SitePlan): MeshMember {
  const nodeCidrs = kind === "existing" ? addresses.nodeSubnets : [addresses.nodeCidr];
  return { name, number, addresses: addresses.mesh, nodeCidrs };
}

function narrowest(sites: readonly SitePlan[]): number | undefined {
  const providers = new Set(sites.map(({ provider }) => provider));
  if (providers.size > 1) return BETWEEN_CLOUDS;
  return providers.has("aws") ? WITHIN_AWS : undefined;
}

/** The version of Cilium that a spec asks for at one of its sites. */
export function ciliumVersionOf({ ciliumVersion }: SiteSpec, { mesh }: Pick<FleetSpec, "mesh">): CiliumMinor {
  return ciliumVersion ?? mesh?.ciliumVersion ?? DEFAULT_CILIUM_MINOR;
}

/** The version of Cilium at a site. */
export function ciliumVersionAt({ ciliumVersion, ciliumVersions }: MeshPlan, site: string): CiliumMinor {
  return ciliumVersions?.[site] ?? ciliumVersion;
}

/** The peers of a site: all other members, if it is one itself. */
export function peersOf(mesh: MeshPlan, site: string): MeshMember[] {
  if (!mesh.members.some(({ name }) => name === site)) return [];
  return mesh.members.filter(({ name }) => name !== site);
}
