import * as pulumi from "@pulumi/pulumi";
import type { ManifestSource, SourceObject } from "../plan/demand";

/** Objects that cannot be planned, because what they hold is not known yet. */
export function unplannable(sources: readonly (ManifestSource | SourceObject)[]): string[] {
  return sources.flatMap((source) =>
    "object" in source && !isPlannable(source) ? [outputProblem(source.source)] : [],
  );
}

/** Whether all that a source holds is known. */
export function isPlannable(source: ManifestSource | SourceObject): boolean {
  return !("object" in source) || !containsOutput(source.object);
}

function containsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsOutput);
}

function outputProblem(source: string): string {
  return `${source} holds an Output or a promise, which no plan can read: make that object a resource of its own`;
}
