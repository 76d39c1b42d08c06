import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { type HostedPlugins, type PluginHost, simulatedClouds, writePlugins } from "../clouds";
import type { SiteStage } from "../clusters/stage";
import { templates } from "../clusters/templates";
import { existingOf } from "../commands/program";
import { type Deployment, DeploymentCodec, loadDeployment } from "../engine";
import { plainStacks } from "../engine/launcher";
import { keyOf, type Project } from "../engine/project";
import type { Properties, ProviderSource } from "../engine/provider";
import { defaultPassphrase } from "../engine/snapshot";
import { Interrupted, UserError } from "../userError";
import { keptCli, linkLanguageHost } from "./cli";
import { mirrorProject } from "./mirror";
import { installedPackages } from "./packages";
import { installedPlugin, serveRealPlugin } from "./realPlugin";
import { withSeeds } from "./seeds";
import type { PulumiOptions } from "./session";

/** What a real engine plays on: a stack in a folder of its own, on simulated clouds. */
export interface Stage {
  readonly stack: Stack;
  readonly clouds: ProviderSource;
  /** Reads and writes the state, as it was written before. */
  readonly codec: DeploymentCodec;
  /** The state to start from. */
  readonly deployment: Deployment;
  /** Takes everything down; nothing is left behind. */
  close(): Promise<void>;
}

interface StageOptions {
  /** The program's folder. */
  readonly dir: string;
  /** The real CLI. */
  readonly command: string;
  readonly project: Project;
  readonly options: PulumiOptions;
  readonly signal: AbortSignal;
}

/** Sets the stage. When that fails, nothing is left behind either. */
export async function makeStage(given: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "multisite-pulumi-"));
  let plugins: HostedPlugins | undefined;
  const close = async () => {
    await plugins?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const { dir, options } = given;
    const loaded = options.state === undefined ? undefined : await loadDeployment(options.state);
    const codec = new DeploymentCodec();
    const existing = existingOf(loaded === undefined ? [] : codec.decode(loaded));
    const { sites } = options;
    const simulated = simulatedClouds({
      moduleRoots: [dir],
      state: existing,
      ...(sites && { realClusters: sites.realClusters }),
      templates: templates({ directory: dir, signal: given.signal }),
    });
    const clouds = sites === undefined ? simulated : sites.over(simulated);
    const packages = installedPackages(dir);
    const host = sites && realKubernetes(sites, dir);
    plugins = await writePlugins(join(folder, "home"), packages, withSeeds(clouds, existing), host);
    const stack = await makeStack(given, folder, loaded);
    return { stack, clouds, codec, deployment: loaded ?? codec.encode([]), close };
  } catch (error) {
    await close();
    if (given.signal.aborted) throw new Interrupted();
    throw error;
  }
}

/**
 * The real Kubernetes plugin, where it is installed, acts on the sites as soon as they run. What leads it to a cluster is
 * replaced by the site's own kubeconfig, as for the provider that stands in for it.
 */
function realKubernetes(sites: SiteStage, dir: string): PluginHost {
  return (pkg, engine) => {
    const program = pkg.name === "kubernetes" && sites.isStarted ? installedPlugin(pkg) : undefined;
    if (program === undefined) return undefined;
    const configuration = (given: Properties) => {
      const kubeconfig = sites.kubeconfigOf(given);
      const { context: _context, cluster: _cluster, ...others } = given;
      return kubeconfig === given.kubeconfig ? given : { ...others, kubeconfig };
    };
    return serveRealPlugin({ program, engine, cwd: dir, configuration });
  };
}

async function makeStack(
  { command, project, options, signal }: StageOptions,
  folder: string,
  state: Deployment | undefined,
): Promise<Stack> {
  const at = (name: string) => join(folder, name);
  for (const name of ["state", "tmp"]) mkdirSync(at(name));
  mirrorProject(project, at("project"));
  writeFileSync(at("stacks.cjs"), plainStacks);
  const envVars = environment(at("state"), at("tmp"), at("stacks.cjs"));
  linkLanguageHost(command, at("home"));
  const pulumiCommand = await keptCli(command, folder, Object.keys(envVars));
  // The Automation API cannot stop these; each takes a second at most, and what they write is removed only after them.
  return said(async () => {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: project.stack, workDir: at("project") },
      { pulumiCommand, pulumiHome: at("home"), secretsProvider: "passphrase", envVars },
    );
    signal.throwIfAborted();
    const isSecret = (key: string) => project.config.get(keyOf(project, key))?.secret === true;
    const config = Object.entries(options.config).map(([key, value]) => [key, { value, secret: isSecret(key) }]);
    if (config.length > 0) await stack.setAllConfig(Object.fromEntries(config));
    signal.throwIfAborted();
    if (state !== undefined) await stack.importStack(state as unknown as Parameters<Stack["importStack"]>[0]);
    return stack;
  });
}

/**
 * A backend and a passphrase that last as long as the session.
 * @param stacks what programs load first
 */
function environment(backend: string, temporary: string, stacks: string): Record<string, string> {
  return {
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --require ${JSON.stringify(stacks)}`.trim(),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: defaultPassphrase(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // A real plugin on the PATH would take the place of a simulated cloud, and act on a real one.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    // Pipes and caches of language hosts, which do not remove them when they are killed.
    TMPDIR: temporary,
  };
}

/** Failures of the CLI before there is an engine, in its own words and without the Automation API's wrapping. */
async function said<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const line = /^ ?error: ([\s\S]*?)(?:^\s*err\?:|$(?![\s\S]))/m.exec(text)?.[1];
    throw new UserError(`The pulumi CLI refuses: ${(line ?? text).trim()}`);
  }
}
