import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../userError";
import { localChart } from "./helm/charts/local";
import type { Templates } from "./provider/templates";
import type { Program } from "./toolchain";

/** Where templates are rendered. */
export interface TemplatesOptions {
  /** The program's folder, where relative paths start. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** What is being done right now, for long work. */
  readonly progress?: (text: string) => void;
}

/**
 * Renders charts by the toolchain's helm and builds kustomizations by its kubectl. Each is looked for, and downloaded or
 * built where it is missing, when it is first needed; and loaded only then, since most programs need neither.
 */
export function templates({ directory, ...options }: TemplatesOptions): Templates {
  const found = new Map<Program, Promise<string>>();
  const need = (program: Program, what: string): Promise<string> => {
    const path =
      found.get(program) ??
      import("./toolchain/index.js").then(async ({ tool }) => (await tool(program, options)).path);
    found.set(program, path);
    return path.catch((error: Error) => {
      throw error instanceof UserError ? new UserError(`cannot rehearse: ${what}: ${error.message}`) : error;
    });
  };
  const folder = resolve(directory);
  let renderer: Promise<{ render: Templates["chart"] }> | undefined;
  return {
    async chart(asked) {
      const program = await need("helm", `the chart ${asked.chart.chart}`);
      renderer ??= import("./helm/render.js").then(
        ({ ChartRenderer }) => new ChartRenderer({ ...options, helm: { ...options, program, directory: folder } }),
      );
      return (await renderer).render(asked);
    },
    async kustomization(asked) {
      const what = `the kustomization ${asked.directory}`;
      const kubectl = await need("kubectl", what);
      const { buildKustomization, needsHelm } = await import("./kustomize.js");
      const setting = { ...options, kubectl, directory: folder };
      return buildKustomization(asked, setting).catch(async (error: Error) => {
        if (!asked.withHelm || !needsHelm(error)) throw error;
        return buildKustomization(asked, { ...setting, helm: await need("helm", what) });
      });
    },
    missingChart(named) {
      try {
        localChart(named, folder);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    localVersion(named) {
      try {
        return versionOf(localChart(named, folder));
      } catch {
        // Missing, or no YAML: that is said elsewhere.
        return undefined;
      }
    },
  };
}

function versionOf(chart: string | undefined): string | undefined {
  if (chart === undefined || !statSync(chart).isDirectory()) return undefined;
  const { version } = parse(readFileSync(join(chart, "Chart.yaml"), "utf8")) as { version?: unknown };
  return typeof version === "string" ? version : undefined;
}
