import { gkePodPrefix, podPrefixOf } from "../addresses";
import { sizeOf } from "../cidr";
import type { Count } from "../guaranteed";
import type { Reader } from "./read";

/** Nodes that an upgrade makes beside a pool's own: so many, or a share of the pool rounded up, and never more than it has. */
export type Surge = { readonly nodes: number } | { readonly share: number };

/** What the nodes of a pool take of a range of pod addresses. */
export interface PodAddresses {
  /** Addresses that a node takes at once. */
  readonly perNode: number;
  readonly surge: Surge;
  /** A range of the pool's own, as far as it is known. @default the range of its cluster */
  readonly own?: { readonly name: string | undefined; readonly cidr: string | undefined };
}

/** Pods per node of GKE when neither pool nor cluster says. */
const GKE_DEFAULT_PODS = 110;

/**
 * On GKE a node takes twice its pods, as a power of two, or once where the pool says so. Sources: Google Cloud, "Node upgrade
 * strategies" (one surge node by default; blue-green makes the whole pool again), "Add Pod IPv4 address ranges"; 2026-11-30.
 * @param pods pods per node, of the pool or its cluster
 */
export function gkePodAddresses(r: Reader, pods: Count): PodAddresses {
  const prefix = gkePodPrefix(Math.max(8, Number(pods ?? GKE_DEFAULT_PODS)));
  const isSingle = r.hint("networkConfig", "podCidrOverprovisionConfig", "disabled") === true;
  const own = ["podRange", "podIpv4CidrBlock", "createPodRange"].some((field) => r.has("networkConfig", field));
  const [name, cidr] = ["podRange", "podIpv4CidrBlock"].map((field) => textOf(r.hint("networkConfig", field)));
  return {
    perNode: sizeOf(isSingle ? Math.min(28, prefix + 1) : prefix),
    surge: gkeSurge(r),
    // A netmask alone ("/17") lets Google choose the range.
    ...(own && { own: { name, cidr: cidr?.includes(".") ? cidr : undefined } }),
  };
}

function gkeSurge(r: Reader): Surge {
  const strategy = textOf(r.hint("upgradeSettings", "strategy"))?.toUpperCase();
  if (strategy === "BLUE_GREEN") return { share: 1 };
  // Flex-start nodes end by themselves.
  if (strategy === "SHORT_LIVED") return { nodes: 0 };
  return { nodes: r.detail("upgradeSettings", "maxSurge") ?? 1 };
}

/**
 * In an overlay of AKS every node has a /24, whatever its pods; pods of a subnet of their own take nothing of it. Sources, read
 * 2026-11-30: Azure REST API, AgentPoolUpgradeSettings, maxSurge ("If not specified, the default is 10%", "fractional nodes are
 * rounded up"); learn.microsoft.com/azure/aks/spot-node-pool ("no surge nodes available for Spot node pool upgrades").
 */
export function aksPodAddresses(r: Reader, spot: boolean): PodAddresses {
  const isApart = ["podSubnetID", "podSubnetId"].some((field) => r.has(field));
  return {
    perNode: sizeOf(podPrefixOf("aks", 0)),
    surge: spot ? { nodes: 0 } : aksSurge(r.hint("upgradeSettings", "maxSurge")),
    ...(isApart && { own: { name: undefined, cidr: undefined } }),
  };
}

const AKS_DEFAULT_SURGE = 0.1;

function aksSurge(given: unknown): Surge {
  const [, amount, percent] = /^(\d+)(%?)$/.exec(String(given)) ?? [];
  if (amount === undefined) return { share: AKS_DEFAULT_SURGE };
  return percent === "%" ? { share: Number(amount) / 100 } : { nodes: Number(amount) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
