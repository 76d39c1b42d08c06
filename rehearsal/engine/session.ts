import { UserError } from "../userError";
import { PolicyPack, type PolicyPackOptions, type Violation } from "./analyzers";
import type { LogLine } from "./children";
import type { Diagnostic } from "./context";
import { type PendingOperation, PendingOperations, Writer } from "./pending";
import { pluginFolders } from "./pluginProvider";
import { type Project, readProject, secretTexts } from "./project";
import type { Properties, ProviderSource } from "./provider";
import { type MissingStacks, type OtherStacks, readOtherStacks } from "./references";
import { Run } from "./run";
import type { Failure } from "./runOptions";
import { SecretFilter } from "./secretFilter";
import { type Deployment, DeploymentCodec } from "./snapshot";
import type { ResourceState } from "./state";
import { checkOwner, loadDeployment, resourcesIn, saveDeployment } from "./stateFile";
import { type PlannedStep, type Step, viewOf } from "./step";
import { nameOf, stackType } from "./urns";
import { maskSecrets } from "./values";

export interface SessionOptions {
  /** The folder with Pulumi.yaml, or a bare folder with index.ts. */
  projectDir: string;
  /** @default "rehearsal" */
  stack?: string;
  /** Added to what the project's files say; keys without a namespace are the project's. */
  config?: { [key: string]: string | { secret: string } };
  /** Where providers come from, in order; plugin folders of Pulumi.yaml come first. */
  sources: ProviderSource[];
  policyPacks?: PolicyPackOptions[];
  /** The state to start from. */
  state?: Deployment;
  /**
   * The same as a file: read if it exists, and written whole after every update, failed or interrupted ones too, and before
   * and after every operation, so that after a run that was killed nothing is doubled, orphaned or taken for what it was.
   */
  stateFile?: string;
  /** States of other stacks, as files, by the names that the program's stack references have. @default none */
  references?: { readonly [stack: string]: string };
  /**
   * Whether a preview takes the outputs of a stack that is not given for unknown, where only what a program declares is asked for.
   * @default refused
   */
  missingStacks?: MissingStacks;
  /** Passphrase of the states' secrets. @default PULUMI_CONFIG_PASSPHRASE, or the empty one */
  passphrase?: string;
  /**
   * Packages whose resources are read again before each run of the program, such as `kubernetes`, as `pulumi up --refresh`
   * does for all: what was changed or deleted behind our back is found, and put back. @default none, or all where Pulumi.yaml
   * has `options: { refresh: always }`
   */
  refresh?: readonly string[];
  /**
   * Deletions go on when one fails, as with `pulumi destroy --continue-on-error`; the run fails all the same. What the
   * failed one depends on stays. @default false
   */
  continueOnError?: boolean;
  /** Ends the run that is under way: the program is killed, and the state keeps all that was done. */
  signal?: AbortSignal;
  onEvent?(event: SessionEvent): void;
}

/** What happens during a run, as it happens; secrets are masked. */
export type SessionEvent =
  | { kind: "step" | "stepEnd"; step: Pick<Step, "op" | "urn" | "type" | "name"> }
  | { kind: "diagnostic"; diagnostic: Diagnostic }
  /** What the step of a resource waits for, until the next one. */
  | { kind: "status"; urn: string; message: string }
  | { kind: "violation"; violation: Violation }
  | { kind: "line"; source: "program" | "plugin" | "policy"; line: LogLine };

/**
 * A resource after a run, in the order of registration; secrets are masked, but for those of the configuration that the program
 * reads as plain text: of what it gives a plan is made. `Session.shown` masks them as well.
 */
export interface ResourceView {
  urn: string;
  type: string;
  name: string;
  custom: boolean;
  id: string;
  parent: string;
  /** `<urn>::<id>`; empty for components and providers. */
  provider: string;
  dependsOn: string[];
  propertyDependencies: { [property: string]: string[] };
  protect: boolean;
  ignoreChanges: string[];
  inputs: { [name: string]: unknown };
  outputs: { [name: string]: unknown };
}

export interface RunResult {
  exit: 0 | 1;
  /** What made the run fail, when it did. */
  failure?: Failure;
  steps: Step[];
  resources: ResourceView[];
  diagnostics: Diagnostic[];
  violations: Violation[];
  stackOutputs: { [name: string]: unknown };
  /** What the program wrote, secrets masked. */
  log: LogLine[];
  seconds: number;
}

export interface Session {
  preview(): Promise<RunResult>;
  up(): Promise<RunResult>;
  /** Deletes everything, without running the program. */
  destroy(): Promise<RunResult>;
  /** The state as it stands, in Pulumi's own form. */
  deployment(): Deployment;
  /** Properties of a run's resources as a report may show them. */
  shown(properties: Properties): Properties;
  /** Ends every process of the session. */
  close(): Promise<void>;
}

const MAY_EXIST =
  "an earlier run was ended while it made this resource, so it may exist although the state does not have it. Run `up` with a " +
  "program that declares it, which finds out, or delete it by hand";

const openSessions = new WeakMap<Session, () => ResourceState[]>();

/** The resources of a session in wire form, secrets in clear: for providers that rebuild their world, never for a report. */
export function resourcesOf(session: Session): ResourceState[] {
  return openSessions.get(session)?.() ?? [];
}

class EngineSession implements Session {
  private readonly filter = new SecretFilter();
  /** Of the configuration alone: its secrets are none of the program's to open. */
  private readonly configured = new SecretFilter();
  private readonly packs: Promise<PolicyPack[]>;
  private readonly sources: ProviderSource[];
  private typesChecked = false;
  private busy = false;

  constructor(
    private readonly options: SessionOptions,
    private readonly project: Project,
    private readonly codec: DeploymentCodec,
    private resources: ResourceState[],
    /** Operations of which nobody knows how they ended. */
    private unsure: readonly PendingOperation[],
    private readonly stacks: OtherStacks,
  ) {
    for (const text of secretTexts(project)) for (const filter of [this.filter, this.configured]) filter.add(text);
    for (const state of resources) this.filter.learnResource(state);
    for (const outputs of stacks.values()) this.filter.learn(outputs);
    const started = (options.policyPacks ?? []).map((pack) => PolicyPack.start(pack, project, this.relay("policy")));
    this.packs = Promise.all(started);
    this.packs.catch(() => undefined);
    this.sources = [pluginFolders(project, this.relay("plugin")), ...options.sources];
    openSessions.set(this, () => this.resources);
  }

  private emit(event: SessionEvent): void {
    this.options.onEvent?.(event);
  }

  private relay(source: "plugin" | "policy" | "program"): (line: LogLine) => void {
    return (line) => this.emit({ kind: "line", source, line: { ...line, text: this.filter.mask(line.text) } });
  }

  preview(): Promise<RunResult> {
    return this.run(true, "program");
  }
  up(): Promise<RunResult> {
    return this.run(false, "program");
  }
  destroy(): Promise<RunResult> {
    return this.run(false, "destroy");
  }

  private async run(preview: boolean, what: "program" | "destroy"): Promise<RunResult> {
    if (this.busy) throw new UserError("a run of this session is under way already");
    this.busy = true;
    const started = performance.now();
    const steps: PlannedStep[] = [];
    const diagnostics: Diagnostic[] = [];
    const violations: Violation[] = [];
    const log: LogLine[] = [];
    const writer: Writer = new Writer(() => this.keep(run.resources(), pending.list()));
    const isKept = this.options.stateFile !== undefined;
    const note = () => (isKept ? writer.save() : Promise.resolve());
    const pending: PendingOperations = new PendingOperations(this.unsure, note);
    const run: Run = new Run({
      project: this.project,
      preview,
      sources: this.sources,
      packs: this.packs,
      previous: this.resources,
      pending,
      stacks: this.stacks,
      missingStacks: preview ? (this.options.missingStacks ?? "refused") : "refused",
      filter: this.filter,
      skipTypeCheck: this.typesChecked,
      refresh: this.project.refresh ? "all" : (this.options.refresh ?? []),
      continueOnError: this.options.continueOnError ?? false,
      signal: this.options.signal,
      onStep: (step) => {
        steps.push(step);
        this.emit({ kind: "step", step: named(step) });
      },
      onStepEnd: (step) => this.emit({ kind: "stepEnd", step: named(step) }),
      onStatus: (urn, message) => this.emit({ kind: "status", urn, message }),
      onDiagnostic: (diagnostic) => {
        diagnostics.push(diagnostic);
        this.emit({ kind: "diagnostic", diagnostic });
      },
      onViolation: (violation) => {
        violations.push(violation);
        this.emit({ kind: "violation", violation });
      },
      onLine: (line) => {
        const masked = { ...line, text: this.filter.mask(line.text) };
        log.push(masked);
        this.emit({ kind: "line", source: "program", line: masked });
      },
    });
    try {
      await (what === "program" ? run.runProgram() : run.destroy());
      if (preview && run.failure === undefined) this.typesChecked = true;
      for (const { state } of preview ? [] : pending.left()) run.report("warning", state.urn, MAY_EXIST);
    } finally {
      this.busy = false;
      if (!preview) await writer.save();
    }
    const resources = [...run.news.values()].map(resourceView);
    const stackOutputs = resources.find(({ type }) => type === stackType)?.outputs ?? {};
    return {
      exit: run.failure === undefined ? 0 : 1,
      ...(run.failure === undefined ? {} : { failure: run.failure }),
      steps: steps.map((step) => this.shownStep(viewOf(step))),
      resources,
      diagnostics,
      violations,
      stackOutputs: this.shown(stackOutputs),
      log,
      seconds: (performance.now() - started) / 1000,
    };
  }

  shown(properties: Properties): Properties {
    return this.configured.maskWithin(properties);
  }

  private shownStep(step: Step): Step {
    const shown = { ...step };
    for (const bag of ["inputs", "outputs", "oldInputs"] as const)
      if (step[bag] !== undefined) shown[bag] = this.shown(step[bag]);
    return shown;
  }

  private async keep(resources: ResourceState[], unsure: readonly PendingOperation[]): Promise<void> {
    this.resources = resources;
    // Of what is gone nothing has to be found out any more.
    const known = new Set(resources.map(({ urn }) => urn));
    this.unsure = unsure.filter(({ type, state }) => type === "creating" || known.has(state.urn));
    if (this.options.stateFile === undefined) return;
    await saveDeployment(this.options.stateFile, this.codec.encodeText(this.resources, this.unsure));
  }

  deployment(): Deployment {
    return this.codec.encode(this.resources, this.unsure);
  }

  async close(): Promise<void> {
    const packs = await this.packs.catch(() => []);
    await Promise.all(packs.map((pack) => pack.close()));
  }
}

/** A resource of a state as a report shows it. */
export function resourceView(state: ResourceState): ResourceView {
  return {
    urn: state.urn,
    type: state.type,
    name: nameOf(state.urn),
    custom: state.custom,
    id: state.id,
    parent: state.parent,
    provider: state.provider,
    dependsOn: state.dependencies,
    propertyDependencies: state.propertyDependencies,
    protect: state.protect,
    ignoreChanges: state.ignoreChanges,
    inputs: maskSecrets(state.inputs),
    outputs: maskSecrets(state.outputs),
  };
}

function named(step: PlannedStep): Pick<Step, "op" | "urn" | "type" | "name"> {
  const { urn, type } = (step.fresh ?? step.old) as ResourceState;
  return { op: step.op, urn, type, name: nameOf(urn) };
}

/**
 * Opens a session on a program: its policy packs start at once, and serve every run.
 * @throws UserError for a project or a state that cannot be rehearsed.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const project = readProject(options.projectDir, options.stack ?? "rehearsal", options.config);
  const codec = new DeploymentCodec(options.passphrase);
  const { stateFile, state = stateFile === undefined ? undefined : await loadDeployment(stateFile) } = options;
  const resources = state === undefined ? [] : resourcesIn(state, codec, stateFile);
  const unsure = state === undefined ? [] : codec.decodePending(state);
  if (stateFile !== undefined) checkOwner(stateFile, resources, project);
  const stacks = await readOtherStacks(options.references ?? {}, options.passphrase);
  return new EngineSession(options, project, codec, resources, unsure, stacks);
}
