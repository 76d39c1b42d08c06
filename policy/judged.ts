import type {
  CapacityInput,
  CapacityVerdict,
  ObservedRunning,
  PodRange,
  PoolPlan,
  Problem,
  Resources,
  TrafficPlan,
} from "pulumi-multisite/plan";
import type { Excepted } from "./exceptions";
import type { Settings } from "./settings";

/**
 * What the rules judge: a fleet as its `Fleet` component declares it, or the sites that any other program builds. Both
 * come in one form, so that a rule is written once. Everything in it is plain and known.
 */
export interface JudgedFleet {
  /** How messages call it: `Fleet "shop"`, or `This program`. */
  readonly title: string;
  /** Where violations are shown; undefined: the stack. */
  readonly urn: string | undefined;
  readonly settings: Settings;
  /** Settings as they were given: of the whole pack, and of each rule that the run has come to. @default not seen */
  readonly configured?: readonly Configured[];
  readonly sites: readonly JudgedSite[];
  /** Why it cannot be planned at all; empty when it can. */
  readonly problems: readonly Problem[];
  /** What capacity depends on and nobody knows before the update. */
  readonly unknown: readonly Unknown[];
  /** What the arithmetic was given; undefined when the fleet cannot be planned. */
  readonly input: CapacityInput | undefined;
  readonly capacity: CapacityVerdict | undefined;
  /** Measurements and machine types that are not to be relied on. */
  readonly stale: readonly Stale[];
  /** What the Kubernetes objects of the stack request; undefined where they are not seen. */
  readonly requested: Requested | undefined;
  /** What keeps pods running, and from being moved; undefined where the objects of the stack are not seen. */
  readonly running?: ObservedRunning;
  /** Capacity that exists but that nobody can count, such as an autopilot's. */
  readonly unjudged: readonly Stale[];
  /** The public name of a Fleet; undefined where it declares none. */
  readonly traffic: TrafficPlan | undefined;
  /** What is wrong with the records of the stack; empty where they are not seen. */
  readonly routes: readonly Finding[];
  /** What the demand may have beyond what was counted: a reader must know it also where the fleet holds. */
  readonly uncounted: readonly string[];
  /** What a reader of the verdict must know besides. */
  readonly notes: readonly string[];
  /** The day of the run in UTC, `YYYY-MM-DD`. */
  readonly today: string;
  /** Whether a finding of a rule about a site is accepted for now. */
  readonly excepted: Excepted;
}

/** What the configuration has under one policy. */
export interface Configured {
  /** Name of the rule; undefined: the whole pack's. */
  readonly rule: string | undefined;
  readonly settings: Settings;
  /** Names of settings that there are. */
  readonly known: readonly string[];
}

export interface JudgedSite {
  readonly name: string;
  readonly urn: string | undefined;
  readonly provider: string;
  readonly region: string | undefined;
  readonly faultDomain: string | undefined;
  readonly zones: readonly string[];
  /** Whether it carries demand now. */
  readonly serves: boolean;
  readonly pools: readonly JudgedPool[];
  /** How far its pods' addresses reach, by range; none where the plan has settled it, or nobody knows. */
  readonly podRanges: readonly PodRange[];
}

export interface JudgedPool {
  readonly name: string;
  readonly urn: string | undefined;
  readonly machineType: string | undefined;
  /** Nodes that count. */
  readonly nodes: number;
  /** Nodes that the program asks for or allows. */
  readonly possibleNodes: number;
  readonly spot: boolean;
  /** What one node offers to workloads. */
  readonly perNode: Resources;
  /** What a Fleet says of its nodes besides; undefined in programs without one. */
  readonly traits?: DeclaredTraits;
}

/** What decides which pods a pool's nodes take, and how many, beyond the machine type. */
export type DeclaredTraits = Pick<PoolPlan, "labels" | "taints" | "maximumPods" | "diskGiB">;

/** Something that capacity depends on and that the engine cannot know yet, or that nobody can read. */
export interface Unknown {
  /** Property path, such as `spec.sites[0].pools[0].nodes`, or a node group's `scalingConfig.desiredSize`. */
  readonly path: string;
  /** What is wrong with it, reading on from the path, where it is what an object asks for; undefined of all that is offered. */
  readonly demand?: string;
  readonly site: string | undefined;
  readonly urn: string | undefined;
}

/** A fact that has become too old, or that no catalogue has. */
export interface Stale {
  readonly site: string | undefined;
  readonly urn: string | undefined;
  readonly text: string;
}

/** What the workloads of a stack request together. */
export interface Requested {
  /** Requests times replicas, or the autoscaler's maximum. */
  readonly sum: Resources;
  /** Containers without requests, as `workload/container`. */
  readonly without: readonly string[];
  /** Whether there is a declaration to compare with: without one the requests are the demand. */
  readonly declared: boolean;
}

/** One violation of a rule. */
export interface Finding {
  /** With numbers, and what to change. Names plain fields only. */
  readonly message: string;
  /** The site that it is about, for exceptions. */
  readonly site?: string | undefined;
  /** The resource that it is about; the fleet's by default. */
  readonly urn?: string | undefined;
}

/** The fleet holds, so nothing that only explains a shortage is worth a word. */
export function holds(fleet: JudgedFleet): boolean {
  return fleet.capacity?.holds === true;
}
