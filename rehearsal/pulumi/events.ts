import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { Diagnostic, Operation, Step, Violation } from "../engine";
import { nameOf } from "../engine/urns";

/** What the real engine tells of one run, in the words of ours. */
export interface Told {
  readonly steps: Step[];
  readonly diagnostics: Diagnostic[];
  readonly violations: Violation[];
}

/** Reads the engine's events as they come. */
export class Listener implements Told {
  readonly steps: Step[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly violations: Violation[] = [];

  /** @returns the step, when the event is one. */
  hear(event: EngineEvent): Step | undefined {
    const { diagnosticEvent: diagnostic, policyEvent: policy, resourcePreEvent: pre } = event;
    if (diagnostic !== undefined && diagnostic.ephemeral !== true && isSeverity(diagnostic.severity)) {
      const message = uncoloured(diagnostic.message).trimEnd();
      this.diagnostics.push({ severity: diagnostic.severity, urn: diagnostic.urn ?? "", message });
    }
    if (policy !== undefined) {
      this.violations.push({
        policy: policy.policyName,
        pack: policy.policyPackName,
        level: policy.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
        urn: policy.resourceUrn ?? "",
        message: uncoloured(policy.message).trimEnd(),
      });
    }
    if (pre === undefined) return undefined;
    const step = stepOf(pre.metadata);
    this.steps.push(step);
    return step;
  }
}

function isSeverity(severity: string): severity is "error" | "warning" {
  // "info#err" is what the program prints, which is shown as it comes.
  return severity === "error" || severity === "warning";
}

/** The engine marks colours as `<{%reset%}>`. */
function uncoloured(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}

function stepOf({ op, urn, type, old, new: fresh, keys, diffs, detailedDiff }: StepEventMetadata): Step {
  const state = fresh ?? old;
  return {
    op: op as Operation,
    urn,
    type,
    name: nameOf(urn),
    custom: state?.custom ?? false,
    dependsOn: [],
    propertyDependencies: {},
    ...(fresh?.parent && { parent: fresh.parent }),
    ...(fresh?.provider && { provider: fresh.provider }),
    ...(fresh?.protect && { protect: true }),
    ...(fresh && { inputs: fresh.inputs ?? {}, outputs: fresh.outputs ?? {} }),
    ...(old && { oldInputs: old.inputs ?? {} }),
    ...(keys && keys.length > 0 && { replaceKeys: keys }),
    ...(diffs && diffs.length > 0 && { diffs }),
    ...(detailedDiff && { detailedDiff: detailedDiff as unknown as NonNullable<Step["detailedDiff"]> }),
  };
}
