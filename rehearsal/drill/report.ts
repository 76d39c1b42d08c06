import type { ScalingMode } from "../../lib/plan/workloads";

/** What a drill found, as `--json` writes it; `schema.json` beside this file describes it. */
export interface DrillReport {
  /** How workloads follow a loss: they run their share of it already, or grow into room that is reserved. */
  scaling: ScalingMode;
  /** What the plan says of the losses that it covers. */
  verdict: "holds" | "does not hold" | "cannot be proven";
  /** Whether after each loss every pod ran that the plan had placed, the demand was carried, and users were elsewhere in time. */
  carried: boolean;
  /** Those that were started: all but what the plan says is lost already. */
  sites: { name: string; kind: string; region: string; faultDomain: string; nodes: number }[];
  losses: DrillLoss[];
  /** What is to be known to read the figures. */
  notes: string[];
  seconds: number;
}

/** One loss, from before it until all is as it was. */
export interface DrillLoss {
  /** Sites that were killed, all at once. */
  lost: string[];
  /** What the plan says of exactly this loss. */
  planned: "holds" | "does not hold" | "cannot be proven";
  carried: boolean;
  /** Critical workloads that run once and ran in a lost site: gone with it, as the plan says, and not asked for after it. */
  gone: string[];
  steps: DrillStep[];
  /** What users met; null for a fleet without `traffic`. */
  users: DrillUsers | null;
}

/** Users of the fleet's name, from the loss until the sites serve again. Seconds are the services' own. */
export interface DrillUsers {
  /** Requests from the loss until a minute after the predicted time. */
  requests: number;
  /** Of these, requests that nobody answered. */
  errors: number;
  /** From the loss to the last of them; null when there was none. */
  lastErrorSeconds: number | null;
  /** What the plan says: after that no user is led to a lost site. */
  predictedSeconds: number;
  /** Requests after the predicted time, by the site that answered. */
  served: Record<string, number>;
  /** Requests that nobody answered before the loss and while sites came back: none, when all is well. */
  otherErrors: number;
  /** Requests that sites answered while they were back but drained: none, when all is well. */
  servedDrained: number;
  /** Whether no user met a lost or drained site that the plan had said none would. */
  held: boolean;
}

/** The fleet at one moment. */
export interface DrillStep {
  /** `before` the loss, after the sites are `lost`, and when they are `back` and serve again. */
  step: "before" | "lost" | "back";
  /** Seconds from the step's event until every pod ran that should; null when some never did. Of `before`: 0. */
  secondsToFull: number | null;
  /** Of `back`: seconds until the sites answered with all their nodes ready, drained. Else null. */
  secondsToReady: number | null;
  /** Pods of the demand that run, in all sites that are there. */
  running: number;
  /** Pods that wait, those of DaemonSets included. */
  pending: number;
  /** Pods that the demand asks for, over the whole fleet. */
  demanded: number;
  /** Capacity over demand of the scarcest resource, less one, by the plan for the sites that are there; null without demand. */
  headroom: number | null;
  sites: DrillSite[];
  /** Critical workloads of which fewer pods run than are demanded. */
  short: { workload: string; running: number; demanded: number }[];
}

/** One site at one moment. */
export interface DrillSite {
  site: string;
  isLost: boolean;
  /** Pods that the plan places here. */
  planned: number;
  running: number;
  pending: number;
  /** What is missing or waits, by workload. */
  waiting: DrillWaiting[];
}

/** A workload of which a site does not run all. */
export interface DrillWaiting {
  workload: string;
  planned: number;
  running: number;
  pending: number;
  /** Why pods are pending, in the scheduler's words, with the number of pods. */
  reasons: Record<string, number>;
  /** Why the site's API server refused the pods that are neither; null when none is missing, or nothing was refused. */
  refused: string | null;
}
