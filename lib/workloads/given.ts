import * as pulumi from "@pulumi/pulumi";
import type { ManifestSource, SourceObject } from "../plan/demand";
import type { FleetWorkloadArgs } from "./args";

/** A text of manifests, or one object. */
export type Source = (ManifestSource & { readonly source?: undefined }) | SourceObject;

/** Manifests as the renderer reads them. */
export function sourcesOf(name: string, manifests: NonNullable<FleetWorkloadArgs["manifests"]>): Source[] {
  if (typeof manifests === "string") return [{ name: `manifests of ${name}`, text: manifests }];
  return manifests.map((one, index): Source => {
    if (typeof one === "string") return { name: `manifests[${index}]`, text: one };
    if ("text" in one && typeof one.text === "string" && !("kind" in one)) return one as ManifestSource;
    return { object: one, source: `manifests[${index}]` };
  });
}

/** Objects that cannot be planned, because what they hold is not known yet. */
export function unplannable(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.source !== undefined && containsOutput(source.object) ? [outputProblem(source.source)] : [],
  );
}

function containsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsOutput);
}

function outputProblem(source: string): string {
  return `${source} holds an Output or a promise, which no plan can read: make that object a resource of its own`;
}
