import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { Diagnostic, LogLine, Operation, Step, Violation } from "../engine";
import { nameOf } from "../engine/urns";
import { type Details, withoutInternal } from "./views";

/** A step, with the id of its resource: empty before it exists, and unknown for providers at preview. */
export type IdentifiedStep = Step & { id: string };

/** The number of steps so far, lines of the program's, or what is to be told about a resource. */
export type Heard = { steps: number } | { lines: LogLine[] } | { notice: Diagnostic };

/** Gathers what the real engine tells of one run as it happens, in the words of our own. */
export class Listener {
  readonly diagnostics: Diagnostic[] = [];
  readonly violations: Violation[] = [];
  /** What the program wrote. */
  readonly log: LogLine[] = [];
  private readonly told = new Map<string, StepEventMetadata>();

  /** @returns what is worth showing while the run goes on. */
  hear(event: EngineEvent): Heard | undefined {
    const { diagnosticEvent, policyEvent, resourcePreEvent, resOutputsEvent } = event;
    if (policyEvent !== undefined) this.violations.push(violationOf(policyEvent));
    if (diagnosticEvent !== undefined && diagnosticEvent.ephemeral !== true) return this.diagnosed(diagnosticEvent);
    // The second event of a step has the outputs, and only of those that were carried out is there one.
    const metadata = resOutputsEvent?.metadata ?? resourcePreEvent?.metadata;
    if (metadata === undefined) return undefined;
    const isNew = !this.told.has(keyOf(metadata));
    this.told.set(keyOf(metadata), metadata);
    return isNew ? { steps: this.told.size } : undefined;
  }

  private diagnosed(told: NonNullable<EngineEvent["diagnosticEvent"]>): Heard | undefined {
    const { severity, urn = "" } = told;
    const message = uncoloured(told.message).trimEnd();
    // What the program prints is information without a resource.
    if (severity === "error" || severity === "warning" || (severity === "info" && urn !== "")) {
      const notice: Diagnostic = { severity, urn, message };
      this.diagnostics.push(notice);
      return severity === "error" ? undefined : { notice };
    }
    // There are debug messages too, though the typings know of none.
    if (severity !== "info" && severity !== "info#err") return undefined;
    const stream = severity === "info" ? "stdout" : "stderr";
    const lines = message.split("\n").map((text) => ({ stream, text }) as const);
    this.log.push(...lines);
    return { lines };
  }

  /**
   * The steps in the order in which they were begun.
   * @param details of the resources by URN, as far as they are known.
   */
  steps(details: ReadonlyMap<string, Details>): IdentifiedStep[] {
    return [...this.told.values()].map((metadata) => stepOf(metadata, details.get(metadata.urn)));
  }
}

function keyOf({ op, urn }: StepEventMetadata): string {
  return `${op} ${urn}`;
}

function violationOf(told: NonNullable<EngineEvent["policyEvent"]>): Violation {
  return {
    policy: told.policyName,
    pack: told.policyPackName,
    level: told.enforcementLevel === "mandatory" ? "mandatory" : "advisory",
    urn: told.resourceUrn ?? "",
    message: uncoloured(told.message).trimEnd(),
  };
}

/** The engine marks colours as `<{%reset%}>`. */
function uncoloured(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}

/** Secrets are masked already, and unknowns are the SDK's: events are written for people's eyes, and as deployments are. */
function stepOf(metadata: StepEventMetadata, details: Details | undefined): IdentifiedStep {
  const { op, urn, type, old, new: fresh, keys, diffs, detailedDiff } = metadata;
  return {
    op: op as Operation,
    urn,
    type,
    name: nameOf(urn),
    custom: (fresh ?? old)?.custom ?? false,
    id: (fresh ?? old)?.id ?? "",
    dependsOn: details?.dependsOn ?? [],
    propertyDependencies: details?.propertyDependencies ?? {},
    ...(fresh?.parent && { parent: fresh.parent }),
    ...(fresh?.provider && { provider: fresh.provider }),
    ...(fresh?.protect && { protect: true }),
    ...(fresh && { inputs: withoutInternal(fresh.inputs ?? {}), outputs: withoutInternal(fresh.outputs ?? {}) }),
    ...(old && { oldInputs: withoutInternal(old.inputs ?? {}) }),
    ...(keys && keys.length > 0 && { replaceKeys: keys }),
    ...(diffs && diffs.length > 0 && { diffs }),
    ...(detailedDiff && {
      detailedDiff: Object.fromEntries(
        Object.entries(detailedDiff).map(([path, { diffKind, inputDiff }]) => [path, { kind: diffKind, inputDiff }]),
      ),
    }),
  };
}
