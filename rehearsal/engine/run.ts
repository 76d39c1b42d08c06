import { stripVTControlCharacters } from "node:util";
import { UserError } from "../userError";
import type { PolicyPack, Violation } from "./analyzers";
import { builtins } from "./builtins";
import { Callbacks } from "./callbacks";
import { stepMessage } from "./checkFailures";
import type { Child } from "./children";
import { Bail, type RunContext, type Severity } from "./context";
import { DefaultProviders } from "./defaultProviders";
import { planDeletions, runDeletions } from "./deletions";
import { Executor, Protected } from "./executor";
import { Generator } from "./generator";
import { Hooks, refuseDeleteHooks } from "./hooks";
import { Monitor, type MonitorBackend, Stopped } from "./monitor";
import { atMost, Pipeline, Signal } from "./pipeline";
import { alreadyLogged, runInfo, startProgram } from "./program";
import type { Properties, RunInfo } from "./provider";
import { type Instance, ProviderRegistry } from "./providers";
import { refresh } from "./refresh";
import { Registrations } from "./registrations";
import type { Failure, RunOptions } from "./runOptions";
import type { Goal, ReadGoal, ResourceState } from "./state";
import type { PlannedStep } from "./step";
import { Transforms } from "./transforms";
import { makeUrn, qualifiedTypeOf, stackType } from "./urns";
import { analyzeStack } from "./wholeStack";

/** Milliseconds that a program has to end by itself once its monitor is gone. */
const patience = 3000;
/** Milliseconds that operations under way have when the user stops a run. */
const grace = 10_000;

/** One pass over a program, or one destruction: registers, decides, carries out, judges. */
export class Run implements RunContext, MonitorBackend {
  readonly preview: boolean;
  readonly stack: string;
  readonly organization: string;
  readonly project: string;
  readonly previous: ResourceState[];
  readonly olds = new Map<string, ResourceState>();
  readonly news = new Map<string, ResourceState>();
  readonly packs: Promise<PolicyPack[]>;
  readonly registry: ProviderRegistry;
  private readonly callbacks = new Callbacks();
  readonly transforms = new Transforms(this.callbacks);
  readonly hooks: Hooks;
  readonly defaults: DefaultProviders;
  readonly registrations: Registrations;
  private readonly generator: Generator;
  private readonly executor: Executor;
  private readonly monitor: Monitor;
  /** The program registers nothing more. */
  private readonly finished = new Signal();
  /** Nothing is left to do, or the run was stopped. */
  private readonly over = new Signal();
  private readonly pipeline = new Pipeline();
  private address = "";
  private stopped = false;
  private bailed = false;
  private stackOutputs: { urn: string; outputs: Properties } = { urn: "", outputs: {} };
  failure: Failure | undefined;

  constructor(private readonly options: RunOptions) {
    const { project, previous } = options;
    this.preview = options.preview;
    this.stack = project.stack;
    this.organization = project.organization;
    this.project = project.name;
    this.packs = options.packs;
    // Steps change old states in place, and a preview must not be seen by the next run.
    this.previous = previous.map((state) => ({ ...state }));
    for (const state of this.previous) if (!state.delete) this.olds.set(state.urn, state);
    const sources = [...options.sources, builtins((urn) => this.news.get(urn), options.stacks, options.missingStacks)];
    this.registry = new ProviderRegistry(sources, this.previous, (severity, urn, message) =>
      severity === "status" ? options.onStatus(urn, options.filter.mask(message)) : this.report(severity, urn, message),
    );
    this.defaults = new DefaultProviders(project.config, async (goal) => {
      const { urn, id } = await this.register(goal);
      return `${urn}::${id}`;
    });
    this.registrations = new Registrations(this.transforms, this.defaults, project.pwd);
    const endOrGoOn = () => (options.continueOnError ? this.failLater() : this.stop("resource"));
    this.hooks = new Hooks(this.callbacks, this, endOrGoOn);
    this.generator = new Generator(this);
    this.executor = new Executor(this, this.hooks, this.generator.deletes, options.pending);
    this.monitor = new Monitor(this);
  }

  /** The resources as the run leaves them. */
  resources(): ResourceState[] {
    return this.executor.resources(this.generator.aliases.taken);
  }

  /** Runs the program, and then deletes what it no longer registers. */
  async runProgram(): Promise<void> {
    let program: Child | undefined;
    await this.interruptibly(async () => {
      await refresh(this, this.options.refresh, this.options.pending);
      this.address = await this.monitor.start();
      program = startProgram({ ...this.options, address: this.address });
      const ended = program.exited.then((end) => this.programEnded(end));
      this.packs.catch((error: Error) => this.abort(error));
      const stopping = this.over.wait.then(() => atMost(this.failure === "interrupted" ? 0 : patience, ended));
      await Promise.race([this.finished.wait, stopping]);
      await this.complete();
      this.over.send();
      await atMost(this.failure === "interrupted" ? 0 : patience, ended);
    });
    program?.stop();
    await program?.exited;
    this.monitor.close();
    this.callbacks.close();
  }

  /** Does work that the user may stop; errors end the run, and no provider outlives it. */
  private async interruptibly(work: () => Promise<void>): Promise<void> {
    const { signal } = this.options;
    const interrupt = (): void => this.stop("interrupted");
    signal?.addEventListener("abort", interrupt);
    try {
      if (signal?.aborted) interrupt();
      else await work();
    } catch (error) {
      this.abort(error as Error);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      await this.registry.close();
    }
  }

  /** Deletes everything. */
  async destroy(): Promise<void> {
    await this.interruptibly(async () => {
      const { project, pending } = this.options;
      if (project.refresh) await refresh(this, "all", pending);
      refuseDeleteHooks(this.previous, this);
      await this.deleteRest();
      await this.pipeline.settle();
      this.reportFailure();
    });
  }

  /** After the program: deletions, what is still under way, the stack's outputs, and the policies on the whole. */
  private async complete(): Promise<void> {
    await this.pipeline.settle();
    if (!this.stopped) await this.deleteRest().catch((error: Error) => this.abort(error));
    await this.pipeline.settle();
    this.finishStackOutputs();
    if (!this.stopped) await analyzeStack(this, this.generator).catch((error: Error) => this.abort(error));
    this.reportFailure();
  }

  /** The line with which the real engine ends a run that failed on its way. */
  private reportFailure(): void {
    if (this.bailed || (this.failure !== "resource" && (this.failure !== "policy" || this.stopped))) return;
    this.report("error", "", this.preview ? "preview failed" : "update failed");
  }

  private async programEnded({ code, signal }: { code: number | null; signal: string | null }): Promise<void> {
    if (code === 0 && !this.stopped) {
      await this.pipeline.settle();
      this.finished.send();
    } else if (!this.stopped) {
      const how = code === null ? `was ended by ${signal}` : `exited with non-zero exit code: ${code}`;
      if (code !== alreadyLogged) this.report("error", "", `an unhandled error occurred: Program ${how}`);
      this.bailed = true;
      this.stop("program");
    }
  }

  programFinished(): Promise<void> {
    this.finished.send();
    return this.over.wait;
  }

  stop(failure: Failure): void {
    this.failure ??= failure;
    // A provider that hangs is not waited for when the user has stopped the run, also one that had failed already.
    if (failure === "interrupted") setTimeout(() => void this.registry.close(), grace).unref();
    if (this.stopped) return;
    this.stopped = true;
    this.monitor.stop();
    this.over.send();
  }

  abort(error: Error): void {
    if (error instanceof Stopped) return;
    if (!(error instanceof Bail) && !this.stopped) this.report("error", "", error.message);
    this.bailed = true;
    this.stop(error instanceof UserError ? "refused" : "resource");
  }

  failLater(): void {
    this.failure ??= "resource";
  }

  report(severity: Severity, urn: string, message: string): void {
    // The SDK colours what it inspects for an error, whoever reads it.
    const plain = stripVTControlCharacters(message);
    this.options.onDiagnostic({ severity, urn, message: this.options.filter.mask(plain) });
  }

  log(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
    if (!ephemeral && severity !== "debug") this.report(severity, urn, message.trimEnd());
  }

  violated(violation: Violation): void {
    if (violation.level === "mandatory") this.failure ??= "policy";
    this.options.onViolation({ ...violation, message: this.options.filter.mask(violation.message) });
  }

  instance(reference: string): Instance | undefined {
    return this.registry.get(reference);
  }

  info(): RunInfo {
    return runInfo(this.options.project, this.preview, this.address);
  }

  learn(inputs: Properties, outputs: Properties): void {
    this.options.filter.learnResource({ inputs, outputs });
  }

  failed(message: string): Error {
    if (!this.stopped) {
      this.report("error", "", message);
      this.abort(new Bail());
    }
    return new Stopped();
  }

  /** Decides on steps one registration after the other, as the real engine does. */
  private decide(urn: () => string, work: () => Promise<PlannedStep[]> | PlannedStep[]): Promise<PlannedStep[]> {
    return this.pipeline.inTurn(async () => {
      if (this.stopped) throw new Stopped();
      try {
        return await work();
      } catch (error) {
        if (this.stopped) throw new Stopped();
        const isReported = error instanceof Bail || error instanceof UserError;
        if (!isReported) this.report("error", urn(), (error as Error).message);
        this.abort(isReported ? error : new Bail());
        throw new Stopped();
      }
    });
  }

  async register(goal: Goal): Promise<ResourceState> {
    this.options.filter.learn(goal.inputs);
    const steps = await this.decide(
      () => makeUrn(this.stack, this.project, goal.parent, goal.type, goal.name),
      () => this.generator.register(goal),
    );
    return this.carryOut(steps);
  }

  async read(request: ReadGoal): Promise<ResourceState> {
    const steps = await this.decide(
      () => makeUrn(this.stack, this.project, request.parent, request.type, request.name),
      () => this.generator.read(request),
    );
    return this.carryOut(steps);
  }

  private async carryOut(steps: PlannedStep[]): Promise<ResourceState> {
    await this.pipeline.underWay(this.execute(steps));
    const fresh = steps.find((step) => step.fresh !== undefined)?.fresh as ResourceState;
    this.options.filter.learnResource(fresh);
    return fresh;
  }

  private async execute(steps: PlannedStep[]): Promise<void> {
    // A decision that fails meanwhile stops what was decided just before it, as in the real engine.
    await new Promise(setImmediate);
    for (const step of steps) {
      if (this.stopped) throw new Stopped();
      this.options.onStep(step);
      try {
        await this.executor.apply(step);
      } catch (error) {
        const state = step.fresh ?? step.old;
        if (error instanceof UserError) this.abort(error);
        else {
          this.report("error", state?.urn ?? "", stepMessage(error as Error, this.preview));
          const goesOn = error instanceof Protected || (this.options.continueOnError && step.fresh === undefined);
          if (goesOn) this.failLater();
          else this.stop("resource");
        }
        throw new Stopped();
      } finally {
        this.options.onStepEnd(step);
      }
    }
  }

  private async deleteRest(): Promise<void> {
    await runDeletions(this.previous, await planDeletions(this, this.generator, this.options.pending), (step) =>
      this.execute([step]).then(
        () => true,
        () => false,
      ),
    );
  }

  async registerOutputs(urn: string, outputs: Properties): Promise<void> {
    this.options.filter.learn(outputs);
    if (qualifiedTypeOf(urn) === stackType) {
      // Kept until the end: only then is it known whether outputs that are missing are gone, or were not reached.
      this.stackOutputs = { urn, outputs };
      return;
    }
    const state = this.news.get(urn);
    if (state === undefined) throw new Error(`cannot complete a resource '${urn}' whose registration isn't pending`);
    state.outputs = outputs;
    await this.pipeline.underWay(this.executor.finished(urn));
  }

  private finishStackOutputs(): void {
    const { urn, outputs } = this.stackOutputs;
    const state = this.news.get(urn);
    if (state !== undefined)
      state.outputs = this.failure === undefined ? outputs : { ...this.olds.get(urn)?.outputs, ...outputs };
  }
}
