import type { Alias, HookBindings } from "./state";

/**
 * What the engine asks of a provider. It mirrors `pulumirpc.ResourceProvider` one to one, so that the same object serves
 * the engine in its own process and, behind a gRPC server, a real `pulumi` CLI; and so that a plugin executable can stand
 * in for it.
 *
 * Properties travel in the wire form of the SDK, as plain JSON: an unknown is the sentinel string
 * `pulumi.runtime.unknownValue`, a secret is `{ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value }`.
 */
export interface Provider {
  checkConfig(request: CheckRequest): Promise<CheckResult>;
  diffConfig(request: DiffRequest): Promise<DiffResult>;
  /** Once per provider resource, before any other call on resources. `inputs` may hold unknowns at preview. */
  configure(request: ConfigureRequest): Promise<ConfigureResult>;
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  /** With `preview`, makes nothing and returns the outputs that are already known, unknowns in place of the others. */
  create(request: CreateRequest): Promise<CreateResult>;
  /**
   * What a creation made that was begun, and whose end nobody saw. Real plugins are not asked: their protocol has no such
   * question. Absent, as undefined, means that it cannot be known.
   */
  recover?(request: CreateRequest): Promise<CreateResult | "nothing" | undefined>;
  read(request: ReadRequest): Promise<ReadResult>;
  update(request: UpdateRequest): Promise<UpdateResult>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<InvokeResult>;
  /**
   * Makes a component: registers it and its children with the monitor at `monitorAddress`, as a program would. Absent for
   * a provider without components.
   */
  construct?(request: ConstructRequest): Promise<ConstructResult>;
  /** Calls a method of a component or a provider resource. Absent for a provider without methods. */
  call?(request: CallRequest): Promise<CallResult>;
  close(): Promise<void>;
}

/** Properties of a resource in the SDK's wire form. */
export type Properties = { [name: string]: unknown };

/** One input that a provider refuses. */
export interface CheckFailure {
  /** Path of the property, such as `pools[0].size`; empty for the whole resource. */
  property: string;
  reason: string;
}

export interface ResourceIdentity {
  urn: string;
  /** Type token, such as `aws:eks/cluster:Cluster`. */
  type: string;
  /** The name within the program, the last part of the URN. */
  name: string;
}

export interface CheckRequest extends ResourceIdentity {
  olds: Properties;
  news: Properties;
  /** Seed of made-up names: equal seeds give equal names. Base64, or empty. */
  randomSeed: string;
}

export interface CheckResult {
  inputs: Properties;
  failures: CheckFailure[];
}

export interface DiffRequest extends ResourceIdentity {
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
  news: Properties;
  ignoreChanges: string[];
}

export interface PropertyDiff {
  kind: "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";
  /** True when inputs were compared with inputs, false when with outputs. */
  inputDiff: boolean;
}

export interface DiffResult {
  changes: "unknown" | "none" | "some";
  /** Top-level properties that force a replacement. */
  replaces: string[];
  deleteBeforeReplace: boolean;
  /** Top-level properties that differ. */
  diffs: string[];
  /** By property path, where the provider knows. */
  detailedDiff?: { [path: string]: PropertyDiff };
}

export interface ConfigureRequest {
  urn: string;
  name: string;
  inputs: Properties;
}

export interface ConfigureResult {
  acceptSecrets: boolean;
  supportsPreview: boolean;
  acceptResources: boolean;
  acceptOutputs: boolean;
}

export interface CreateRequest extends ResourceIdentity {
  inputs: Properties;
  preview: boolean;
  /** A run that was killed may have made it already: then it is ours, and is to be taken as it is. @default false */
  mayExist?: boolean;
  /** The program imports it, and all that is there may be what the cloud came with. @default false */
  isImported?: boolean;
  timeoutSeconds: number;
}

export interface CreateResult {
  id: string;
  outputs: Properties;
}

export interface ReadRequest extends ResourceIdentity {
  id: string;
  inputs: Properties;
  outputs: Properties;
  timeoutSeconds: number;
}

export interface ReadResult {
  /** Empty when there is no such resource. */
  id: string;
  /** @default as they were */
  inputs?: Properties;
  outputs: Properties;
}

export interface UpdateRequest extends ResourceIdentity {
  id: string;
  oldInputs: Properties;
  oldOutputs: Properties;
  news: Properties;
  ignoreChanges: string[];
  preview: boolean;
  timeoutSeconds: number;
}

export interface UpdateResult {
  outputs: Properties;
}

export interface DeleteRequest extends ResourceIdentity {
  id: string;
  inputs: Properties;
  outputs: Properties;
  timeoutSeconds: number;
}

export interface InvokeRequest {
  token: string;
  args: Properties;
  preview: boolean;
}

export interface InvokeResult {
  result: Properties;
  failures: CheckFailure[];
}

/** The run in which a component is made or a method is called. */
export interface RunInfo {
  project: string;
  stack: string;
  organization: string;
  /** By key with namespace, secrets in clear. */
  config: { [key: string]: string };
  configSecretKeys: string[];
  /** A preview: inputs may hold unknowns. */
  dryRun: boolean;
  /** Operations that may run at once. */
  parallel: number;
  /** Where the resource monitor of the run is served by gRPC. */
  monitorAddress: string;
  /** Where the engine service is, which takes messages. */
  engineAddress: string;
  /** The program's own folder, where relative paths start. Plugins run in it, so that their protocol need not say it. */
  folder: string;
}

/** Options of a component; it decides itself which of them its children get. Absent means not given. */
export interface ConstructOptions {
  aliases: Alias[];
  /** URNs. */
  dependencies: string[];
  protect?: boolean;
  /** Provider references (`<urn>::<id>`) by package, those of the parents included. */
  providers: { [pkg: string]: string };
  additionalSecretOutputs: string[];
  /** As durations, such as `10m`; empty for the provider's own. */
  customTimeouts?: { create: string; update: string; delete: string; read: string };
  /** URN; empty for none. */
  deletedWith: string;
  /** URNs. */
  replaceWith: string[];
  deleteBeforeReplace?: boolean;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  replacementTrigger?: unknown;
  retainOnDelete?: boolean;
  hooks: HookBindings;
}

export interface ConstructRequest extends RunInfo {
  type: string;
  name: string;
  /** URN; empty for none. */
  parent: string;
  inputs: Properties;
  /** URNs that each input depends on. */
  inputDependencies: { [input: string]: string[] };
  options: ConstructOptions;
}

export interface ConstructResult {
  urn: string;
  state: Properties;
  /** URNs that each output depends on. */
  stateDependencies: { [output: string]: string[] };
}

export interface CallRequest extends RunInfo {
  /** Such as `pkg:module:Type/method`. */
  token: string;
  /** With the resource itself as `__self__`. */
  args: Properties;
  /** URNs that each argument depends on. */
  argDependencies: { [argument: string]: string[] };
}

export interface CallResult {
  result: Properties;
  /** URNs that each part of the result depends on. */
  resultDependencies: { [name: string]: string[] };
  failures: CheckFailure[];
}

/** A create or an update that left something behind: the resource exists, but is not as asked. */
export class PartialFailure extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly outputs: Properties,
    readonly reasons: string[] = [message],
  ) {
    super(message);
    this.name = "PartialFailure";
  }
}

/** A component or a method that refuses what it was given, property by property. */
export class InvalidInputs extends Error {
  constructor(
    message: string,
    readonly problems: readonly CheckFailure[],
  ) {
    super(message);
    this.name = "InvalidInputs";
  }
}

/** How true to life a simulated resource is: its meaning is modelled, or only the shape of its properties is checked. */
export type Fidelity = "modelled" | "shape-only";

/** Shows a message about a resource, as part of the run; a status says what is waited for, until the next one. */
export type ProviderReport = (severity: "info" | "warning" | "status", urn: string, message: string) => void;

/** Makes providers: one per provider resource of a program. */
export interface ProviderSource {
  /**
   * A provider for one provider resource.
   * @param pkg the package, such as `aws`.
   * @param version the plugin version that the program asked for, empty when it named none.
   * @param report for what a provider has to say besides its answers. @default nobody hears it
   * @param environment variables that this one provider sees besides those of everybody. @default none
   * @returns undefined when this source has no such package.
   */
  open(
    pkg: string,
    version: string,
    report?: ProviderReport,
    environment?: { readonly [name: string]: string },
  ): Promise<Provider | undefined>;
  /** How a type is simulated; undefined when the package is a real plugin, or the type is known to no SDK. */
  fidelity(type: string): Fidelity | undefined;
}
