import type { EnforcementLevel, Severity } from "@pulumi/policy";
import type { Observed } from "pulumi-multisite/plan";
import type { Finding, JudgedFleet } from "./judged";
import type { ObservedFleet } from "./observedFleet";

/** What every rule says about itself. */
export interface RuleFacts {
  /** Policy name: the id in small letters and what it demands, such as `n1-004-site-loss-aggregate`. */
  readonly name: string;
  readonly displayName: string;
  /** One sentence: what holds where the rule holds. */
  readonly description: string;
  /** Level unless the configuration says otherwise. */
  readonly level: EnforcementLevel;
  readonly severity: Severity;
  /** What to do about a violation. */
  readonly remediation: string;
}

/** A rule about a fleet, wherever it was found. */
export interface Rule extends RuleFacts {
  /** The violations; empty when the rule holds. Pure, and total: it throws nothing. */
  readonly judge?: (fleet: JudgedFleet) => Finding[];
  /** Violations that show only in the resources of a program that has a Fleet; without `judge` also in those of any other. */
  readonly compare?: (fleet: ObservedFleet) => Finding[];
  /** Violations in the resources of any program, whether it has a Fleet, clusters, or neither. */
  readonly program?: (observed: Observed) => Finding[];
  /**
   * Whether `program` finds something in what installations of Cilium are asked to be, beside each other: then each is judged
   * before it is made as well, beside those that the run has come to.
   */
  readonly atInstall?: true;
}

/** What the pack says to the SDK of a rule. @param subject one of its tags */
export function metadata(rule: RuleFacts, subject: "n+1" | "trust" | "mesh") {
  return {
    name: rule.name,
    displayName: rule.displayName,
    description: rule.description,
    enforcementLevel: rule.level,
    severity: rule.severity,
    tags: ["multisite", subject, "kubernetes"],
    remediationSteps: rule.remediation,
  };
}

/** The id of a rule, as people write it: `N1-004`. */
export function idOf(name: string): string {
  return name.slice(0, "n1-000".length).toUpperCase();
}
