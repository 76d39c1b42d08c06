import { isUnlimited } from "./plan/grains";
import type { PoolPlan, SitePlan } from "./plan/plan";
import type { Resources } from "./plan/resources";

/**
 * What a `Site` says about itself, as its inputs and again as its outputs: resource policies read the former, stack
 * policies the latter. All of it is plain, so no policy ever meets an unknown here.
 */
export interface SiteFacts {
  readonly name: string;
  readonly number: number;
  readonly kind: string;
  readonly state: string;
  readonly provider: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly faultDomain: string;
  readonly kubernetesVersion: string | undefined;
  readonly nodeCidr: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** What the site guarantees to workloads: millicores, MiB, pods. Without what a measurement does not limit. */
  readonly guaranteed: Partial<Resources>;
  readonly pools: readonly PoolFacts[];
}

/** What a site declares of one pool. */
export interface PoolFacts {
  readonly name: string;
  readonly machineType: string;
  readonly nodes: number;
  /** Nodes that count: 0 for interruptible and for unknown machines. */
  readonly guaranteedNodes: number;
  readonly maximumNodes: number;
  readonly maximumPods: number;
  readonly zones: readonly string[];
  readonly spot: boolean;
}

/** The facts of a planned site. */
export function siteFacts(site: SitePlan): SiteFacts {
  const { name, number, kind, state, provider, region, zones, faultDomain, kubernetesVersion, guaranteed } = site;
  const { nodeCidr, podCidr, serviceCidr } = site.addresses;
  return {
    ...{ name, number, kind, state, provider, region, zones, faultDomain, kubernetesVersion },
    ...{ nodeCidr, podCidr, serviceCidr, guaranteed: limited(guaranteed) },
    pools: site.pools.map(poolFacts),
  };
}

function limited(of: Resources): Partial<Resources> {
  const { ephemeralStorageMiB, ...others } = of;
  return isUnlimited(of, "ephemeralStorageMiB") ? others : of;
}

function poolFacts(pool: PoolPlan): PoolFacts {
  const { name, machineType, nodes, guaranteedNodes, maximumNodes, maximumPods, zones, spot } = pool;
  return { name, machineType, nodes, guaranteedNodes, maximumNodes, maximumPods, zones, spot };
}
