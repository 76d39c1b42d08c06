import type { Resources } from "./resources";
import type { RoutedShares } from "./routing/received";

/** Whether the fleet carries its demand when `tolerate` fault domains are gone. */
export interface CapacityVerdict {
  /** `cannot be proven`: the sums fit, but whole pods on whole nodes may not. */
  readonly verdict: "holds" | "does not hold" | "cannot be proven";
  readonly holds: boolean;
  /** Fault domains lost at once that this verdict covers; one fewer for each domain that is lost already. */
  readonly tolerate: number;
  /** Level of the fault domains: which loss this verdict proves. */
  readonly faultDomain: "provider" | "region" | "zone";
  /** Guaranteed capacity over demand, of the scarcest resource; Infinity where none of them is limited. */
  readonly factor: number;
  /** N/(N-k) for the N fault domains that serve. */
  readonly minimumFactor: number;
  /** The scarcest resource. */
  readonly binding: string | undefined;
  /** Every set of `tolerate` fault domains that may be lost, the worst first; of more than 10,000 the worst. */
  readonly losses: readonly Loss[];
  /** What each serving site runs before anything fails. */
  readonly placements: readonly SitePlacement[];
  /** Where users are and go, when the fleet says which services lead them. */
  readonly routing?: RoutedShares;
  /** What to change so that it holds, in words; empty when it holds. */
  readonly fixes: readonly Fix[];
  /** Everything else that a reader must know: sites that do not count, unknown machines, workloads that fit nowhere. */
  readonly notes: readonly string[];
}

/** The fleet without some of its fault domains. */
export interface Loss {
  readonly faultDomains: readonly string[];
  /** Sites that go with them. */
  readonly sites: readonly string[];
  readonly holds: boolean;
  readonly resources: readonly LossOfResource[];
}

export interface LossOfResource {
  /** `cpu`, `memoryGiB`, `pods`, `ephemeralStorageGiB`, or the name of an extended resource. */
  readonly resource: string;
  /** Demand with headroom, in the resource's unit. */
  readonly need: number;
  /** What the surviving sites guarantee; null where the measurement of one of them names no limit (ephemeral storage). */
  readonly have: number | null;
  /** have / need - 1; null where `have` is. */
  readonly headroom: number | null;
}

/** What one site runs before anything fails, so that it carries its part after any loss. */
export interface SitePlacement {
  readonly site: string;
  /** Part of the demand that it carries before a loss; all sites together 1, more where services differ in it or nobody knows. */
  readonly share: number;
  /** Largest share that it must carry after a loss. */
  readonly worstShare: number;
  /** Largest share that its nodes can carry. */
  readonly capableShare: number;
  /** Replicas by workload. */
  readonly replicas: Readonly<Record<string, number>>;
  /** What the replicas request together, the divisible rest of the demand included. */
  readonly requested: Resources;
}

/** One change that makes the verdict hold. */
export interface Fix {
  readonly site: string;
  readonly pool: string | undefined;
  readonly nodes: number;
  /** Such as "Add 1 x m6i.xlarge to pool apps of site frankfurt (5 -> 6)." */
  readonly text: string;
}
