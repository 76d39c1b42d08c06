import { machine } from "../plan/machines";
import type { MeshPlan } from "../plan/mesh/meshPlan";
import { CILIUM_REQUESTS } from "../plan/overhead";
import type { SitePlan } from "../plan/plan";
import type { SiteKind } from "../plan/spec";
import { systemPool } from "../plan/systemPool";
import { hubbleValues } from "./hubbleValues";
import { meshValues } from "./meshValues";

/** Helm values: plain JSON. */
export type HelmValues = { [key: string]: HelmValue };
export type HelmValue = string | number | boolean | HelmValue[] | HelmValues;

/** What the values derive from besides the site itself. */
export interface CiliumSettings {
  /** 255 or 511 sites in the whole mesh: fixed for its life, the same in each site. */
  readonly maximumSites: 255 | 511;
  /** The mesh that the site is in. @default none */
  readonly mesh?: MeshPlan | undefined;
  /** Whether the site's trust has certificates for Hubble: without them it stays off. @default false */
  readonly hubble?: boolean;
  /** Whether it is the controller of the site's gateway; Gateway API is there before it then. @default false */
  readonly gateway?: boolean;
}

/**
 * Values of the Cilium chart, for one site: of the mesh's minor version, 1.19 without one. One datapath on all clouds, a VXLAN overlay with Cilium in the place of
 * kube-proxy, because a mesh needs one and AKS permits no other; the clouds' own modes (`eni`, `gke`) stay unset.
 *
 * Pure: the address of the API server, which no plan knows, is added by `cilium`.
 */
export function ciliumValues(site: SitePlan, settings: CiliumSettings): HelmValues {
  const mesh = settings.mesh?.implementation === "cilium" ? meshValues(site, settings.mesh) : undefined;
  return {
    cluster: { name: site.name, id: site.number },
    routingMode: "tunnel",
    tunnelProtocol: "vxlan",
    kubeProxyReplacement: true,
    operator: { replicas: 2 },
    // The chart asks for nothing. What the capacity arithmetic counts is what is requested.
    resources: requests(CILIUM_REQUESTS.agent),
    envoy: { resources: requests(CILIUM_REQUESTS.envoy) },
    // Neither side of the mesh may restart for what can only be set once.
    clustermesh: { maxConnectedClusters: settings.maximumSites, ...mesh?.clustermesh },
    ...hubbleValues(settings.hubble ?? false),
    ...(settings.gateway && GATEWAY_VALUES),
    ...mesh?.top,
    ...byKind(site, mesh !== undefined),
  };
}

/** Its class in any case: with "auto" Helm makes it only if it sees Gateway API already. Kube-proxy's replacement, which it asks for, is on. */
const GATEWAY_VALUES = { gatewayAPI: { enabled: true, gatewayClass: { create: "true" } } } as const;

function requests({ cpuMillis, memoryMiB }: { cpuMillis: number; memoryMiB: number }): HelmValues {
  return { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } };
}

function byKind(site: SitePlan, meshed: boolean): HelmValues {
  // In a mesh its team installs Cilium with these values.
  if (site.kind === "existing" && !meshed) throw new Error(`site ${site.name} exists already and keeps its CNI`);
  return BY_KIND[site.kind](site);
}

/** What each cloud needs on top. */
const BY_KIND: Readonly<Record<SiteKind, (site: SitePlan) => HelmValues>> = {
  existing: clusterPool,
  eks: clusterPool,
  aks: (site) => ({ aksbyocni: { enabled: true }, operator: { replicas: operators(site) }, ...clusterPool(site) }),
  gke: () => ({
    // GKE gives every node its part of the secondary range, and routes no pod by it: the overlay does.
    ipam: { mode: "kubernetes" },
    cni: { binPath: "/home/kubernetes/bin" },
    nodeinit: { enabled: true, reconfigureKubelet: true, removeCbrBridge: true },
    // The autoscaler ignores taints of this prefix when it asks whether a new node would take a pod.
    agentNotReadyTaintKey: GKE_AGENT_NOT_READY,
  }),
};

/**
 * Two, but no two share a node. On AKS their start is awaited while only the system pool is there: on a pool of one node
 * the second would never start, and fail the run after ten minutes.
 */
function operators({ pools }: SitePlan): number {
  const first = systemPool(pools, ({ machineType }) => machine("azure", machineType));
  return Math.min(2, first?.nodes ?? 2);
}

/** Key of the taint that keeps pods off a node until Cilium runs there, on EKS (the chart's default). */
export const AGENT_NOT_READY = "node.cilium.io/agent-not-ready";

/** The same on GKE, whose autoscaler would otherwise never add a node to a pool that has it. */
export const GKE_AGENT_NOT_READY = "ignore-taint.cluster-autoscaler.kubernetes.io/cilium-agent-not-ready";

/** Cilium's operator hands out the site's pod CIDR. Its default, 10.0.0.0/8, would overlap every other site. */
function clusterPool({ addresses }: SitePlan): HelmValues {
  return {
    ipam: {
      mode: "cluster-pool",
      operator: {
        clusterPoolIPv4PodCIDRList: [addresses.podCidr],
        clusterPoolIPv4MaskSize: addresses.podPrefixPerNode,
      },
    },
  };
}
