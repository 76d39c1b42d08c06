import type { Fidelity } from "../engine/provider";
import type { ReportLinks } from "./links";
import type { ReportTraffic } from "./traffic";

/**
 * What a command found, as `--json` writes it. `schema.json` beside this file describes it for readers of other
 * languages and lists the fields that may differ between two runs of the same program.
 */
export interface Report {
  sites: ReportSite[];
  demand: ReportDemand;
  placed: ReportPlaced;
  capacity: ReportCapacity;
  /** null where the fleet names no public domain. */
  traffic: ReportTraffic | null;
  /** null where the fleet links nothing. */
  links: ReportLinks | null;
  resources: ReportResource[];
  violations: ReportViolation[];
  changes: ReportChanges;
  seconds: number;
}

/** Amounts in the units that people speak of. */
export interface Amounts {
  /** Cores. */
  cpu: number;
  memoryGiB: number;
  pods: number;
  /** null for an existing site whose measurement names none: it is not limited. */
  ephemeralStorageGiB: number | null;
  extended: Record<string, number>;
}

export interface ReportSite {
  name: string;
  /** null for a site of a program that does not use this library. */
  number: number | null;
  state: string;
  provider: string;
  region: string;
  faultDomain: string;
  nodeCidr: string | null;
  podCidr: string | null;
  serviceCidr: string | null;
  /** What the site guarantees to workloads. */
  guaranteed: Amounts;
}

/** Raw sums of what the workloads ask for, before any placement. */
export interface ReportDemand {
  cpu: number;
  memoryGiB: number;
  pods: number;
  /** Containers without requests, as "workload/container". */
  withoutRequests: string[];
}

/** What all sites run together before anything fails. */
export interface ReportPlaced {
  cpu: number;
  memoryGiB: number;
  pods: number;
  sites: ReportPlacement[];
}

export interface ReportPlacement {
  site: string;
  share: number;
  worstShare: number;
  capableShare: number;
  cpu: number;
  memoryGiB: number;
  pods: number;
  /** Replicas by workload. */
  replicas: Record<string, number>;
}

export interface ReportCapacity {
  verdict: "holds" | "does not hold" | "cannot be proven";
  holds: boolean;
  tolerate: number;
  faultDomain: string;
  factor: number | null;
  minimumFactor: number | null;
  binding: string | null;
  losses: ReportLoss[];
  /** Changes that make it hold, in words. */
  fixes: string[];
  notes: string[];
}

export interface ReportLoss {
  faultDomains: string[];
  sites: string[];
  holds: boolean;
  /** `have` and `headroom` are null where a surviving site does not limit the resource. */
  resources: { resource: string; need: number; have: number | null; headroom: number | null }[];
}

export interface ReportResource {
  urn: string;
  type: string;
  name: string;
  parent: string | null;
  provider: string | null;
  dependsOn: string[];
  /** Secrets are "[secret]", unknowns "[unknown]". */
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  /** null for components, providers and plugins that are real. */
  fidelity: Fidelity | null;
}

export interface ReportViolation {
  policy: string;
  level: string;
  urn: string;
  message: string;
}

/** What the run would change, or changed, against the state that it began with: URNs. */
export interface ReportChanges {
  same: string[];
  create: string[];
  update: string[];
  replace: string[];
  delete: string[];
  /** The properties that differ, for each URN in `update` and `replace`. */
  properties: Record<string, string[]>;
}
