import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type ConfigMap, LocalWorkspace, type PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { simulatedClouds } from "../clouds";
import { writePlugins } from "../clouds/plugin";
import type { CommonOptions } from "../commands/options";
import type { ProgramRun } from "../commands/program";
import {
  type Deployment,
  DeploymentCodec,
  loadDeployment,
  type ResourceView,
  type RunResult,
  resourceView,
  saveDeployment,
} from "../engine";
import { stackType } from "../engine/urns";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";
import { findCli } from "./cli";
import { Listener } from "./events";
import { mirrorProject } from "./mirror";
import { installedPackages } from "./packages";

/** What a run on the real engine depends on beside the program. */
export interface PulumiOptions extends Pick<CommonOptions, "config" | "stack"> {
  readonly policyPacks: readonly { dir: string; configFile?: string }[];
  /** Pulumi's deployment JSON: imported if it exists, exported after every update. */
  readonly state?: string;
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
  if (!existsSync(join(dir, "Pulumi.yaml")))
    throw new UserError(`${dir} has no Pulumi.yaml, which the real engine needs.`);
  const command = await findCli();
  const folder = mkdtempSync(join(tmpdir(), "multisite-pulumi-"));
  const close = async () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  try {
    const stack = await makeStack(dir, folder, command, options);
    return { clouds: simulatedClouds({ moduleRoots: [dir] }), session: sessionOn(stack) };
  } catch (error) {
    await close();
    throw error;
  }

  function sessionOn(stack: Stack): ProgramRun["session"] {
    let exported: Deployment | undefined;
    return {
      preview: () => run(stack, true),
      async up() {
        const result = await run(stack, false);
        exported = (await stack.exportStack()) as unknown as Deployment;
        if (options.state !== undefined) await saveDeployment(options.state, exported);
        return result;
      },
      destroy: () => Promise.reject(new UserError("cannot rehearse: destroy with --engine pulumi")),
      deployment() {
        if (exported === undefined) throw new Error("nothing was deployed yet");
        return exported;
      },
      close,
    };
  }

  async function run(stack: Stack, preview: boolean): Promise<RunResult> {
    const started = performance.now();
    const listener = new Listener();
    const what = preview ? "preview" : "up";
    terminal.progress(`${what}: starting the real engine`);
    const given = {
      signal,
      color: "never" as const,
      policyPacks: options.policyPacks.map((pack) => resolve(pack.dir)),
      policyPackConfigs: options.policyPacks.flatMap(({ configFile }) => (configFile ? [resolve(configFile)] : [])),
      onEvent(event: Parameters<Listener["hear"]>[0]) {
        if (listener.hear(event)) terminal.progress(`${what}: ${listener.steps.length} resources`);
      },
    };
    let failed: unknown;
    try {
      await (preview ? stack.preview(given) : stack.up(given));
    } catch (error) {
      failed = error;
    }
    const resources = preview ? previewed(listener) : deployed((await stack.exportStack()) as unknown as Deployment);
    const stackOutputs = resources.find(({ type }) => type === stackType)?.outputs ?? {};
    const failure = failed === undefined ? undefined : failureOf(listener, failed);
    return {
      exit: failed === undefined ? 0 : 1,
      ...(failure && { failure }),
      steps: listener.steps,
      resources,
      diagnostics: listener.diagnostics,
      violations: listener.violations,
      stackOutputs,
      log: [],
      seconds: (performance.now() - started) / 1000,
    };
  }

  function failureOf(listener: Listener, error: unknown): NonNullable<RunResult["failure"]> {
    if (signal.aborted) return "interrupted";
    const own = listener.diagnostics.filter(({ severity, message }) => severity === "error" && !isClosing(message));
    if (own.length === 0 && listener.violations.some(({ level }) => level === "mandatory")) return "policy";
    if (own.length === 0) {
      const message = error instanceof Error ? error.message : String(error);
      listener.diagnostics.push({ severity: "error", urn: "", message });
    }
    return own.some(({ urn }) => urn !== "" && !urn.includes(`${stackType}::`)) ? "resource" : "program";
  }
}

/** What the engine says at the end of every run that failed, whatever the reason. */
function isClosing(message: string): boolean {
  return /^(preview|update) failed$/.test(message.trim());
}

async function makeStack(dir: string, folder: string, command: PulumiCommand, options: PulumiOptions): Promise<Stack> {
  const [home, backend, project] = ["home", "state", "project"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(backend, { recursive: true });
  await writePlugins(home, installedPackages(dir));
  mirrorProject(dir, project);
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: options.stack, workDir: project },
    { pulumiCommand: command, pulumiHome: home, secretsProvider: "passphrase", envVars: environment(backend) },
  );
  await stack.setAllConfig(configMap(options.config));
  if (options.state !== undefined && existsSync(options.state)) {
    const state = await loadDeployment(options.state);
    if (state !== undefined) await stack.importStack(state as unknown as Parameters<Stack["importStack"]>[0]);
  }
  return stack;
}

/** A backend and a passphrase that last as long as the session. An access token of the user's would win over them. */
function environment(backend: string): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "",
    PULUMI_ACCESS_TOKEN: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

function configMap(config: Record<string, string>): ConfigMap {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, { value }]));
}

/** After a preview nothing is deployed: the steps themselves are what would be there. */
function previewed({ steps }: Listener): ResourceView[] {
  return steps
    .filter((step) => !["delete", "delete-replaced", "create-replacement"].includes(step.op))
    .map((step) => ({
      urn: step.urn,
      type: step.type,
      name: step.name,
      custom: step.custom,
      id: "",
      parent: step.parent ?? "",
      provider: step.provider ?? "",
      dependsOn: step.dependsOn,
      propertyDependencies: step.propertyDependencies,
      protect: step.protect ?? false,
      ignoreChanges: [],
      inputs: step.inputs ?? {},
      outputs: step.outputs ?? {},
    }));
}

function deployed(deployment: Deployment): ResourceView[] {
  return new DeploymentCodec()
    .decode(deployment)
    .filter((state) => !state.delete)
    .map(resourceView);
}
