import { Interrupted, UserError } from "../../userError";
import type { ChartTemplate, RenderedChart } from "../provider/templates";
import { VERSIONS } from "../toolchain/versions";
import { type ChartOptions, Charts } from "./charts";
import { readChart } from "./charts/metadata";
import { described } from "./charts/wanted";
import { HelmSession } from "./session";

/** Renders charts by the real helm, as `helm template` does. Charts that were found are kept for as long as it lives. */
export class ChartRenderer {
  private readonly charts: Charts;
  /** What was rendered depends on nothing but what was asked, and sites ask for much alike. */
  private readonly done = new Map<string, Promise<RenderedChart>>();

  constructor(private readonly options: ChartOptions) {
    this.charts = new Charts(options);
  }

  /**
   * The manifests of a chart, the hooks that are wanted after them.
   * @throws Error that names the chart, in helm's words; UserError, Interrupted.
   */
  render(asked: ChartTemplate): Promise<RenderedChart> {
    if (asked.lookupIn !== undefined || asked.postRenderer !== undefined) return this.renderNow(asked);
    const key = JSON.stringify(asked);
    const known = this.done.get(key) ?? this.renderNow(asked);
    this.done.set(key, known);
    return known;
  }

  private async renderNow(asked: ChartTemplate): Promise<RenderedChart> {
    try {
      const chart = await this.charts.find(asked.chart);
      return await HelmSession.during(this.options.helm, async (helm) => {
        const read = asked.dependencies && (await readChart(helm, chart, asked.dependencies));
        const manifests = await helm.run(["template", asked.releaseName, chart, ...flags(asked, helm)]);
        return { manifests, ...(read?.deprecated === true && { deprecated: read.name }) };
      });
    } catch (error) {
      if (error instanceof Interrupted || error instanceof UserError) throw error;
      throw new Error(`chart ${described(asked.chart)}: ${withoutAdvice((error as Error).message)}`);
    }
  }
}

function flags(asked: ChartTemplate, helm: HelmSession): string[] {
  const { namespace, values, capabilities, skipCrds, hooks, lookupIn, postRenderer } = asked;
  const { kubeVersion = `v${VERSIONS.kubernetes}`, apiVersions } = capabilities;
  const [command, ...args] = postRenderer ?? [];
  return [
    ...["--namespace", namespace, "--kube-version", kubeVersion],
    // Values hold secrets, and everyone on a machine can read a command line.
    ...["--values", helm.write("values.json", JSON.stringify(values))],
    ...apiVersions.flatMap((version) => ["--api-versions", version]),
    ...(skipCrds ? [] : ["--include-crds"]),
    ...(hooks === "none" ? ["--no-hooks"] : hooks === "allButTests" ? ["--skip-tests"] : []),
    ...(lookupIn === undefined
      ? []
      : ["--dry-run=server", "--validate=false", "--kubeconfig", helm.write("kubeconfig", lookupIn)]),
    ...(command === undefined ? [] : ["--post-renderer", command]),
    ...args.flatMap((arg) => ["--post-renderer-args", arg]),
  ];
}

/** Helm ends with advice on a flag that nobody here can give. */
function withoutAdvice(message: string): string {
  return message.replace(/\s*Use --debug flag to render out invalid YAML\s*$/, "");
}
