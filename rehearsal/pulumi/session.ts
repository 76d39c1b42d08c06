import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import type { SiteStage } from "../clusters/stage";
import { Notices } from "../commands/notices";
import type { CommonOptions } from "../commands/options";
import type { ProgramRun } from "../commands/program";
import { type Deployment, type ResourceState, type RunResult, saveDeployment } from "../engine";
import { NO_ORGANIZATION, type Project, readProject, secretTexts } from "../engine/project";
import type { Properties } from "../engine/provider";
import { SecretFilter } from "../engine/secretFilter";
import { stackType } from "../engine/urns";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";
import { findCli } from "./cli";
import { type Heard, Listener } from "./events";
import { makeStage, type Stage } from "./stage";
import { deployedResources, previewDetails, previewedResources } from "./views";

/** What a run on the real engine depends on beside the program. */
export interface PulumiOptions extends Pick<CommonOptions, "config" | "stack" | "reference"> {
  /** Policy packs and the files that configure them. */
  readonly policyPacks: readonly { dir: string; configFile?: string }[];
  /** Pulumi's deployment JSON: imported if it exists, written after every update, failed and interrupted ones too. */
  readonly state?: string;
  /** Real clusters in place of the simulated ones, once they are started. */
  readonly sites?: SiteStage;
}

/**
 * Opens a program on a real `pulumi` CLI: the simulated clouds are its plugins, in a PULUMI_HOME that lasts as long as
 * the session, and its state is in a folder of the same life. The program's own folder is not written to, and the user's
 * own login is not used.
 * @throws UserError when there is no CLI, and for a project that it cannot use.
 */
export async function openPulumi(
  dir: string,
  options: PulumiOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ProgramRun> {
  if (Object.keys(options.reference ?? {}).length > 0) {
    throw new UserError(
      "--engine pulumi --reference: a real engine reads stacks from its backend; rehearse without --engine.",
    );
  }
  if (!existsSync(dir)) throw new UserError(`There is no folder ${dir}. Give the folder of a Pulumi program.`);
  const command = findCli();
  // The same complaints about a project's files as without a CLI, before one is started.
  const project = readProject(dir, options.stack, options.config);
  if (project.file === undefined) {
    throw new UserError(
      `${dir} has no Pulumi.yaml, which the real engine needs: add one, or rehearse without --engine.`,
    );
  }
  terminal.progress("starting the real engine");
  if (project.organization !== NO_ORGANIZATION) {
    throw new UserError(
      `--engine pulumi --stack ${options.stack}: the real engine keeps this stack in a folder, where all are of the organization ` +
        `${NO_ORGANIZATION}: give ${project.stack}, or rehearse without --engine.`,
    );
  }
  const stage = await makeStage({ dir, command, project, options, signal });
  return { clouds: stage.clouds, session: new PulumiSession(stage, project, options, terminal, signal) };
}

type Operation = "preview" | "up" | "destroy";

class PulumiSession {
  constructor(
    private readonly stage: Stage,
    project: Project,
    private readonly options: PulumiOptions,
    private readonly terminal: Terminal,
    private readonly signal: AbortSignal,
  ) {
    this.deployed = stage.deployment;
    this.notices = new Notices(terminal);
    for (const text of secretTexts(project)) this.configured.add(text);
  }
  /** What the CLI tells it has masked itself; the state that it exports is in clear. */
  private readonly configured = new SecretFilter();
  private readonly notices: Notices;
  private deployed: Deployment;

  preview(): Promise<RunResult> {
    return this.run("preview");
  }
  up(): Promise<RunResult> {
    return this.run("up");
  }
  destroy(): Promise<RunResult> {
    return this.run("destroy");
  }
  deployment(): Deployment {
    return this.deployed;
  }
  shown(properties: Properties): Properties {
    return this.configured.maskWithin(properties);
  }
  close(): Promise<void> {
    return this.stage.close();
  }

  private async run(operation: Operation): Promise<RunResult> {
    const started = performance.now();
    this.terminal.progress(`${operation}: starting the real engine`);
    const listener = new Listener();
    const [stdout, stderr]: [string[], string[]] = [[], []];
    const failed = await this.operate(operation, {
      signal: this.signal,
      color: "never",
      onEvent: (event: EngineEvent) => this.show(operation, listener.hear(event)),
      onOutput: (text: string) => stdout.push(text),
      onError: (text: string) => stderr.push(text),
    });
    if (failed !== undefined) explain(listener, failed, stderr.join(""));
    const { steps, resources } =
      operation === "preview" ? planned(listener, stdout.join("")) : done(listener, await this.keep());
    return {
      exit: failed === undefined ? 0 : 1,
      ...(failed !== undefined && { failure: failureOf(listener, this.signal) }),
      steps,
      resources,
      diagnostics: listener.diagnostics,
      violations: listener.violations,
      stackOutputs: this.shown(resources.find(({ type }) => type === stackType)?.outputs ?? {}),
      log: listener.log,
      seconds: (performance.now() - started) / 1000,
    };
  }

  /** @returns what the Automation API throws when the CLI's exit is not 0. */
  private async operate(operation: Operation, given: Parameters<Stack["up"]>[0] & object): Promise<unknown> {
    const { policyPacks } = this.options;
    const packs = {
      policyPacks: policyPacks.map(({ dir }) => resolve(dir)),
      policyPackConfigs: policyPacks.flatMap(({ configFile }) =>
        configFile === undefined ? [] : [resolve(configFile)],
      ),
    };
    try {
      if (operation === "destroy") await this.stage.stack.destroy(given);
      else await this.stage.stack[operation]({ ...given, ...packs });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private show(operation: Operation, heard: Heard | undefined): void {
    if (heard === undefined) return;
    if ("notice" in heard) this.notices.hear(heard.notice);
    else if ("steps" in heard) this.terminal.progress(`${operation}: ${heard.steps} resources`);
    else for (const { text } of heard.lines) this.terminal.err(text);
  }

  /**
   * Takes the state over from the CLI, which exports secrets in clear. What was under way when a run was stopped is left
   * out: nobody could look whether it was made, for the simulated clouds know no more than the state.
   */
  private async keep(): Promise<ResourceState[]> {
    const { version, deployment } = (await this.stage.stack.exportStack()) as unknown as Deployment;
    // Its salt is that of a stack which ends with the session: what is written stays readable by the one of before.
    const { pending_operations: _, secrets_providers: __, ...settled } = deployment;
    const states = this.stage.codec.decode({ version, deployment: settled });
    this.deployed = this.stage.codec.encode(states);
    if (this.options.state !== undefined) await saveDeployment(this.options.state, this.deployed);
    return states;
  }
}

/** What the engine says at the end of every run that failed, whatever the reason. */
function isClosing(message: string): boolean {
  return /^(preview|update|destroy) failed$/.test(message.trim());
}

/** A CLI that fails before its engine runs says so on its standard error only. */
function explain(listener: Listener, error: unknown, stderr: string): void {
  if (listener.violations.some(({ level }) => level === "mandatory")) return;
  if (listener.diagnostics.some(({ severity }) => severity === "error")) return;
  const message = stderr.trim() || (error instanceof Error ? error.message : String(error));
  listener.diagnostics.push({ severity: "error", urn: "", message: message.replace(/^error: /, "") });
}

function failureOf({ diagnostics, violations }: Listener, signal: AbortSignal): NonNullable<RunResult["failure"]> {
  if (signal.aborted) return "interrupted";
  const own = diagnostics.filter(({ severity, message }) => severity === "error" && !isClosing(message));
  if (own.length === 0 && violations.some(({ level }) => level === "mandatory")) return "policy";
  return own.some(({ urn }) => urn !== "" && !urn.includes(`::${stackType}::`)) ? "resource" : "program";
}

function planned(listener: Listener, stdout: string): Pick<RunResult, "steps" | "resources"> {
  const details = previewDetails(stdout);
  const steps = listener.steps(details);
  return { steps, resources: previewedResources(steps, details) };
}

function done(listener: Listener, states: readonly ResourceState[]): Pick<RunResult, "steps" | "resources"> {
  const resources = deployedResources(states);
  return { steps: listener.steps(new Map(resources.map((resource) => [resource.urn, resource]))), resources };
}
