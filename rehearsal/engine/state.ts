import type { Properties } from "./provider";

/** Seconds per operation; 0 leaves the choice to the provider. */
export interface Timeouts {
  create: number;
  update: number;
  delete: number;
  read: number;
}

/** The provider's own. */
export const NO_TIMEOUTS: Readonly<Timeouts> = { create: 0, update: 0, delete: 0, read: 0 };

/** When a hook of the program's is called; the names are those of a deployment's file. */
export type HookType =
  | "BeforeCreate"
  | "AfterCreate"
  | "BeforeUpdate"
  | "AfterUpdate"
  | "BeforeDelete"
  | "AfterDelete"
  | "OnError";

/** Names of hooks, in the order in which they are called. */
export type HookBindings = { [type in HookType]?: string[] };

/** A former identity of a resource: a whole URN, or the parts that differed. */
export interface Alias {
  urn?: string;
  name?: string;
  type?: string;
  stack?: string;
  project?: string;
  /** URN of the former parent; empty for the present one. */
  parent?: string;
  /** True when the resource had no parent but the stack. */
  noParent?: boolean;
}

/** What a program asks a resource to be. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  inputs: Properties;
  parent: string;
  protect?: boolean;
  dependencies: string[];
  propertyDependencies: { [property: string]: string[] };
  /** `<urn>::<id>`; empty for components and provider resources. */
  provider: string;
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  hideDiff: string[];
  additionalSecretOutputs: string[];
  aliases: Alias[];
  timeouts: Timeouts;
  retainOnDelete?: boolean;
  deletedWith: string;
  replaceWith: string[];
  replacementTrigger?: unknown;
  resourceHooks: HookBindings;
  /** Id of what the resource is to be imported from; empty for none. */
  importID: string;
}

/** The options of a goal that has none. */
export const noOptions = () => ({
  propertyDependencies: {},
  ignoreChanges: [],
  replaceOnChanges: [],
  hideDiff: [],
  aliases: [],
  timeouts: NO_TIMEOUTS,
  deletedWith: "",
  replaceWith: [],
  resourceHooks: {},
  importID: "",
});

/** A resource as the engine knows it. Properties are in the wire form. */
export interface ResourceState {
  urn: string;
  type: string;
  custom: boolean;
  /** Replaced already, and still to be deleted. */
  delete: boolean;
  /** Read, not owned. */
  external: boolean;
  /** Deleted already, and still to be made again. */
  pendingReplacement: boolean;
  /** Marked by `pulumi state taint`, to be replaced by the next update. */
  taint: boolean;
  id: string;
  inputs: Properties;
  outputs: Properties;
  parent: string;
  protect: boolean;
  retainOnDelete: boolean;
  provider: string;
  dependencies: string[];
  propertyDependencies: { [property: string]: string[] };
  deletedWith: string;
  replaceWith: string[];
  replacementTrigger?: unknown;
  additionalSecretOutputs: string[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  /** Properties whose changes the CLI does not print. */
  hideDiff: string[];
  /** The former URN, until what refers to it was renamed: never written. */
  aliases: string[];
  initErrors: string[];
  timeouts: Timeouts;
  resourceHooks: HookBindings;
  /** What the program said that it was imported from; empty for none. */
  importID: string;
  /** ISO 8601. */
  created?: string;
  modified?: string;
  /** Fields of the deployment that this engine does not use, and hands on as they are. */
  rest?: { [field: string]: unknown };
}

/** The state that a goal asks for, before anything was done about it. */
export function stateOf(
  urn: string,
  goal: Goal,
  old: ResourceState | undefined,
  alias: string | undefined,
): ResourceState {
  return {
    urn,
    type: goal.type,
    custom: goal.custom,
    delete: false,
    external: false,
    pendingReplacement: false,
    taint: false,
    id: "",
    inputs: goal.inputs,
    outputs: {},
    parent: goal.parent,
    protect: goal.protect ?? false,
    retainOnDelete: goal.retainOnDelete ?? false,
    provider: goal.provider,
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    deletedWith: goal.deletedWith,
    replaceWith: goal.replaceWith,
    ...(goal.replacementTrigger === undefined ? {} : { replacementTrigger: goal.replacementTrigger }),
    additionalSecretOutputs: goal.additionalSecretOutputs,
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
    hideDiff: goal.hideDiff,
    aliases: alias === undefined ? [] : [alias],
    initErrors: [],
    timeouts: goal.timeouts,
    resourceHooks: goal.resourceHooks,
    importID: goal.importID,
    ...(old?.created === undefined ? {} : { created: old.created }),
    ...(old?.modified === undefined ? {} : { modified: old.modified }),
    ...(old?.rest === undefined ? {} : { rest: old.rest }),
  };
}

/** Whether a resource is to be what exists by an id, and is not that yet. */
export function isImported({ importID }: Pick<ResourceState, "importID">, old: ResourceState | undefined): boolean {
  return importID !== "" && (old === undefined || (old.importID || old.id) !== importID);
}

/** The URNs that a resource cannot exist without, its parent and provider included. */
export function requirementsOf(state: ResourceState): Set<string> {
  const urns = new Set(state.dependencies);
  for (const property in state.propertyDependencies) {
    for (const urn of state.propertyDependencies[property] ?? []) urns.add(urn);
  }
  for (const urn of state.replaceWith) urns.add(urn);
  if (state.deletedWith !== "") urns.add(state.deletedWith);
  if (state.parent !== "") urns.add(state.parent);
  if (state.provider !== "") urns.add(state.provider.slice(0, state.provider.lastIndexOf("::")));
  return urns;
}

/** What a program asks to read: a resource that exists, by its id. */
export interface ReadGoal {
  type: string;
  name: string;
  parent: string;
  id: string;
  inputs: Properties;
  provider: string;
  dependencies: string[];
  additionalSecretOutputs: string[];
}
