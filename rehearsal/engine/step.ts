import type { PropertyDiff } from "./provider";
import type { ResourceState } from "./state";
import { nameOf } from "./urns";
import { maskSecrets } from "./values";

/** What is done about a resource. */
export type Operation =
  | "same"
  | "create"
  | "update"
  | "replace"
  | "create-replacement"
  | "delete"
  | "delete-replaced"
  /** What was only read is forgotten; nothing is deleted. */
  | "discard"
  | "discard-replaced"
  | "remove-pending-replace"
  | "read"
  | "read-replacement";

/** A step that was decided on. */
export interface PlannedStep {
  op: Operation;
  old?: ResourceState;
  fresh?: ResourceState;
  /** Top-level properties that force a replacement. */
  replaceKeys?: string[];
  /** Top-level properties that differ, as the provider says. */
  diffs?: string[];
  detailedDiff?: { [path: string]: PropertyDiff };
  /** The old resource is deleted after the new one was made, at the end of the run. */
  pendingDelete?: boolean;
  /** The old resource is deleted first, and made again in the same run. */
  pendingReplacement?: boolean;
}

/** A step as a report shows it: secrets masked, unknowns as the SDK's unknown. Deletions have only the old side. */
export interface Step {
  op: Operation;
  urn: string;
  type: string;
  name: string;
  custom: boolean;
  parent?: string;
  /** `<urn>::<id>` of the provider. */
  provider?: string;
  protect?: boolean;
  dependsOn: string[];
  propertyDependencies: { [property: string]: string[] };
  inputs?: { [name: string]: unknown };
  outputs?: { [name: string]: unknown };
  oldInputs?: { [name: string]: unknown };
  replaceKeys?: string[];
  diffs?: string[];
  detailedDiff?: { [path: string]: PropertyDiff };
}

/** A step for the report, with the outputs that are known by then. */
export function viewOf(step: PlannedStep): Step {
  const { op, old, fresh, replaceKeys, diffs, detailedDiff } = step;
  const state = (fresh ?? old) as ResourceState;
  const given = (value: unknown[] | undefined): boolean => value !== undefined && value.length > 0;
  return {
    op,
    urn: state.urn,
    type: state.type,
    name: nameOf(state.urn),
    custom: state.custom,
    dependsOn: state.dependencies,
    propertyDependencies: state.propertyDependencies,
    ...(fresh === undefined
      ? {}
      : {
          ...(fresh.parent === "" ? {} : { parent: fresh.parent }),
          ...(fresh.provider === "" ? {} : { provider: fresh.provider }),
          ...(fresh.protect ? { protect: true } : {}),
          inputs: maskSecrets(fresh.inputs),
          outputs: maskSecrets(fresh.outputs),
        }),
    ...(old === undefined ? {} : { oldInputs: maskSecrets(old.inputs) }),
    ...(given(replaceKeys) ? { replaceKeys: replaceKeys as string[] } : {}),
    ...(given(diffs) ? { diffs: diffs as string[] } : {}),
    ...(detailedDiff === undefined || Object.keys(detailedDiff).length === 0 ? {} : { detailedDiff }),
  };
}
