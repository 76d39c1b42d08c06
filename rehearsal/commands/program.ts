import { existsSync } from "node:fs";
import { type ExistingResource, simulatedClouds } from "../clouds";
import type { SiteStage } from "../clusters/stage";
import { templates } from "../clusters/templates";
import {
  DeploymentCodec,
  type Diagnostic,
  loadDeployment,
  openSession,
  type ResourceState,
  type RunResult,
  resourcesOf,
  type Session,
  type SessionOptions,
} from "../engine";
import type { ProviderSource } from "../engine/provider";
import type { Terminal } from "../terminal";
import { Interrupted, UserError } from "../userError";
import { Notices, withSubject } from "./notices";
import type { CommonOptions } from "./options";
import { severalFleets } from "./subject";
import { checkTemporary } from "./temporary";
import { Waiting } from "./waiting";

/** A program on simulated clouds. */
export interface ProgramRun {
  readonly session: Session;
  readonly clouds: ProviderSource;
}

interface Extra extends Pick<SessionOptions, "policyPacks" | "stateFile" | "missingStacks"> {
  /** Real clusters in place of the simulated ones, once they are started. */
  sites?: SiteStage;
}

/**
 * Opens the program of a folder on simulated clouds.
 * @throws UserError for a folder without a program, and where there is no room for temporary files.
 */
export async function openProgram(
  dir: string,
  options: Pick<CommonOptions, "config" | "stack" | "reference">,
  terminal: Terminal,
  signal: AbortSignal,
  { sites, ...extra }: Extra = {},
): Promise<ProgramRun> {
  if (!existsSync(dir)) throw new UserError(`There is no folder ${dir}. Give the folder of a Pulumi program.`);
  checkTemporary();
  const waiting = new Waiting(terminal);
  const notices = new Notices(terminal);
  let seen = 0;
  let failed = false;
  let session: Session | undefined;
  let others: readonly ResourceState[] = [];
  const simulated = lazily(() =>
    simulatedClouds({
      moduleRoots: [dir],
      // What another stack made is there too, and is judged with what refers to it.
      state: existingOf([...others, ...(session === undefined ? [] : resourcesOf(session))]),
      ...(sites && { realClusters: sites.realClusters }),
      templates: templates({ directory: dir, signal, progress: (text) => terminal.progress(text) }),
    }),
  );
  const clouds = sites === undefined ? simulated : sites.over(simulated);
  session = await openSession({
    projectDir: dir,
    stack: options.stack,
    config: options.config,
    references: options.reference ?? {},
    sources: [clouds],
    signal,
    ...extra,
    onEvent(event) {
      waiting.hear(event);
      if (event.kind === "step") terminal.progress(`${phase}: ${++seen} resources`);
      // Once a resource failed, the program only learns that its engine is gone, and says so at length.
      if (event.kind === "diagnostic" && isEnd(event.diagnostic)) failed = true;
      if (event.kind === "diagnostic") notices.hear(event.diagnostic);
      if (event.kind === "line" && event.source === "program" && !failed) terminal.err(event.line.text);
      if (event.kind === "line" && event.source === "policy" && event.line.stream === "stderr") {
        notices.say(event.line.text);
      }
    },
  });
  others = (await Promise.all(Object.values(options.reference ?? {}).map((file) => statesIn(file)))).flat();
  let phase = "";
  return {
    clouds,
    session: {
      preview: () => during("preview", () => session.preview()),
      up: () => during("up", () => session.up()),
      destroy: () => session.destroy(),
      deployment: () => session.deployment(),
      shown: (properties) => session.shown(properties),
      close: () => session.close(),
    },
  };

  async function during(what: string, run: () => Promise<RunResult>): Promise<RunResult> {
    phase = what;
    seen = 0;
    terminal.progress(`${what}: starting the program`);
    const result = await waiting.during(run);
    notices.hearErrors(result);
    return result;
  }
}

/** Whether what is said ends the run by a resource, or by what cannot be rehearsed, and not by the program itself. */
function isEnd({ severity, urn, message }: Diagnostic): boolean {
  return severity === "error" && (urn !== "" || message.startsWith("cannot rehearse: "));
}

/** The clouds need the state, and the state is read when the session opens, so they are made at their first use. */
function lazily(make: () => ProviderSource): ProviderSource {
  let made: ProviderSource | undefined;
  const source = () => {
    made ??= make();
    return made;
  };
  return {
    open: (pkg, version, report) => source().open(pkg, version, report),
    fidelity: (type) => source().fidelity(type),
  };
}

/** The resources of a state in a file, which the session has read before. */
export async function statesIn(file: string): Promise<ResourceState[]> {
  const deployment = await loadDeployment(file);
  return deployment === undefined ? [] : new DeploymentCodec().decode(deployment);
}

/** What a state says exists in the clouds. */
export function existingOf(states: readonly ResourceState[]): ExistingResource[] {
  const providers = new Map(states.map((state) => [`${state.urn}::${state.id}`, state.inputs]));
  return states
    .filter((state) => state.custom && state.provider !== "")
    .map(({ urn, type, id, inputs, outputs, provider }) => ({
      urn,
      type,
      id,
      inputs,
      outputs,
      provider: providers.get(provider) ?? {},
    }));
}

/**
 * Ends a command whose program failed. What a policy refused is no failure of the program.
 * @throws UserError with all that the engine reported, Interrupted when the user asked to stop.
 */
export function refuseFailed(result: RunResult): void {
  if (result.failure === undefined || result.failure === "policy") return;
  if (result.failure === "interrupted") throw new Interrupted();
  throw new UserError(failureText(result));
}

/** All that the engine reported of a failure, each once, and what to change where its words do not say so. */
export function failureText({ diagnostics, resources }: Pick<RunResult, "diagnostics" | "resources">): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  const own = errors.filter((diagnostic) => !/^(preview|update) failed$/.test(diagnostic.message.trim()));
  const lines = (own.length > 0 ? own : errors).map((one) => unreadModule(one.message) ?? withSubject(one));
  // Sites of one name in two fleets have one URN.
  const fleets = lines.some((line) => line.includes("Duplicate resource URN")) ? severalFleets(resources) : undefined;
  return [...new Set([...lines, ...(fleets ? [fleets] : [])])].join("\n") || "The program failed and did not say why.";
}

/** What to do about a program that Node does not read; undefined where a message is of anything else. */
function unreadModule(message: string): string | undefined {
  const file = /Unknown file extension "\.m?ts" for (.+)/.exec(message)?.[1];
  if (file === undefined) return undefined;
  return (
    `${file} is an ES module, by its name or by "type": "module" of its package.json, and Node ${process.versions.node} reads no ` +
    'TypeScript there: npm install --save-dev tsx, and write `runtime: { name: nodejs, options: { nodeargs: "--import tsx" } }` in ' +
    'Pulumi.yaml, or take "type" out of package.json.'
  );
}
