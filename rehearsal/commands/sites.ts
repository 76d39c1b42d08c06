import { resolve } from "node:path";
import type { FleetPlan } from "../../lib/plan/plan";
import { installedByProgram } from "../clusters/installed";
import type { LocalSites } from "../clusters/sites";
import { type KubernetesSource, SiteStage } from "../clusters/stage";
import { templates } from "../clusters/templates";
import { toolchain } from "../clusters/toolchain";
import type { RunResult } from "../engine";
import type { ProviderSource } from "../engine/provider";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";

/** The real sites of one command. */
export interface CommandSites {
  readonly stage: SiteStage;
  /** The user's wish to stop, or a site that broke down by itself: everything of the command listens to it. */
  readonly signal: AbortSignal;
  /**
   * Starts the sites that a preview planned.
   * @param without names of what is counted on every node and put in place by the command itself.
   * @throws UserError for a program without a Fleet, and when a site cannot start.
   */
  start(plan: FleetPlan | undefined, preview: RunResult, without?: readonly string[]): Promise<LocalSites>;
}

/**
 * Does the work of a command on real sites, and ends them whatever happens.
 * @param dir folder of the program.
 * @param patienceSeconds see `KubernetesSourceOptions`.
 * @throws UserError that names the site, when a program of a site ends in the middle of it.
 */
export async function withSites<T>(
  dir: string,
  terminal: Terminal,
  signal: AbortSignal,
  work: (sites: CommandSites) => Promise<T>,
  patienceSeconds?: number,
): Promise<T> {
  const stop = new AbortController();
  const interrupt = () => stop.abort(signal.reason);
  signal.addEventListener("abort", interrupt);
  if (signal.aborted) interrupt();
  const stage = new SiteStage((kubeconfigOf) =>
    realKubernetes({ dir, signal: stop.signal, kubeconfigOf, patienceSeconds }),
  );
  let broken: UserError | undefined;
  const start: CommandSites["start"] = (plan, preview, without = []) => {
    if (plan === undefined) {
      throw new UserError(
        "Real sites need a Fleet: from a program without one nobody knows which nodes each site has.",
      );
    }
    return stage.start(plan, {
      without: [...installedByProgram(preview.resources), ...without],
      progress: (text) => terminal.progress(text),
      signal: stop.signal,
      ended: (problem) => {
        broken ??= problem;
        stop.abort(problem);
      },
    });
  };
  try {
    return await work({ stage, signal: stop.signal, start });
  } catch (error) {
    throw stop.signal.aborted && broken !== undefined ? broken : error;
  } finally {
    signal.removeEventListener("abort", interrupt);
    await stage.close();
  }
}

/** Loaded only here: rehearsals without real sites need no Kubernetes client, and install no charts. */
async function realKubernetes({
  dir,
  signal,
  kubeconfigOf,
  patienceSeconds,
}: {
  dir: string;
  signal: AbortSignal;
  kubeconfigOf: Parameters<KubernetesSource>[0];
  patienceSeconds: number | undefined;
}): Promise<ProviderSource> {
  const { kubernetesSource } = await import("../clusters/provider/index.js");
  const { releases } = await import("../clusters/helm/index.js");
  const { helm } = await toolchain({ signal });
  // Nobody is put behind the Services of webhooks here.
  const lenientWebhooks = true;
  const charts = releases({
    helm: { program: helm.path, directory: resolve(dir), lenientWebhooks, signal },
  });
  return kubernetesSource({
    moduleRoots: [dir],
    kubeconfigOf,
    releases: charts,
    templates: templates({ directory: dir, signal }),
    lenientWebhooks,
    patienceSeconds,
  });
}
