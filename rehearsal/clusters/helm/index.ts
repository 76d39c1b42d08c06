import { parse } from "yaml";
import { holdsUnknown, isObject, redactor, text } from "../../clouds/wire";
import * as contract from "../../engine/provider";
import { Interrupted } from "../../userError";
import type { ReleaseAccess, Releases, ReleasesFactory } from "../provider";
import { notWaitedFor } from "../provider/awaits";
import { type ChartOptions, Charts } from "./charts";
import { readChart } from "./charts/metadata";
import { diffRelease } from "./difference";
import { completeInputs, readInputs, refusals, wantedChart } from "./inputs";
import { parseReleaseId, releaseId } from "./naming";
import { foundRelease, plannedOutputs, releaseOutputs } from "./outputs";
import { ClusterRelease, ReleaseFailed } from "./release";
import { HelmSession } from "./session";
import { givenValues } from "./values";

export type { ChartOptions } from "./charts";
export type { HelmSetting } from "./session";

/**
 * Makes the releases of clusters, by the real helm: what `helm.v3.Release` of the real provider (4.34) does. Charts that
 * were found are shared by all of them.
 */
export function releases(options: ChartOptions): ReleasesFactory {
  const charts = new Charts(options);
  return (access) => new HelmReleases(access, options, charts);
}

/** The releases of one cluster. */
class HelmReleases implements Releases {
  constructor(
    private readonly access: ReleaseAccess,
    private readonly options: ChartOptions,
    private readonly charts: Charts,
  ) {}

  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    const inputs = completeInputs(request, this.values(request.news), this.access.namespace);
    const failures = refusals(inputs);
    if (failures.length > 0 || holdsUnknown(request.news)) return { inputs, failures };
    const read = readInputs(inputs);
    try {
      const path = await this.charts.find(wantedChart(read));
      const { version } = await this.session((helm) =>
        readChart(helm, path, read.dependencyUpdate ? "update" : "none"),
      );
      return { inputs: { ...inputs, version }, failures };
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      const said = redactor(request.news)((error as Error).message);
      // A path is a matter of the program alone; whatever else is missing may be missing for one site only.
      const where = /^path .* not found$/.test(said) ? "" : `site ${this.site()}: `;
      const reason = `${where}${said}; check the chart name and repository configuration.`;
      return { inputs, failures: [{ property: "chart", reason }] };
    }
  }

  async diff(request: contract.DiffRequest): Promise<contract.DiffResult> {
    return diffRelease(request);
  }

  async create(request: contract.CreateRequest): Promise<contract.CreateResult> {
    const { inputs, preview } = request;
    if (preview) return { id: "", outputs: plannedOutputs(inputs) };
    const { name, namespace } = readInputs(inputs);
    const id = releaseId(namespace, name);
    const outputs = await this.apply(request, inputs, "install", `Helm release "${id}" was created, but failed`);
    return { id, outputs };
  }

  async update(request: contract.UpdateRequest): Promise<contract.UpdateResult> {
    const { news, preview } = request;
    if (preview) return { outputs: plannedOutputs(news) };
    const { name, namespace } = readInputs(news);
    return {
      outputs: await this.apply(request, news, "upgrade", `Helm release "${releaseId(namespace, name)}" failed`),
    };
  }

  async read({ id, inputs, outputs }: contract.ReadRequest): Promise<contract.ReadResult> {
    const { namespace, name } = parseReleaseId(id, this.access.namespace);
    const state = Object.keys(outputs).length > 0 ? outputs : { namespace, name };
    const live = await this.session((helm) => this.release(helm, state).find());
    if (live === undefined) return { id: "", inputs: {}, outputs: {} };
    const isKnown = text(inputs, "chart") !== undefined;
    const found = isKnown ? { inputs, outputs: releaseOutputs(inputs, live) } : foundRelease(live);
    return { id: id || releaseId(live.namespace, live.name), ...found };
  }

  async delete({ inputs, outputs }: contract.DeleteRequest): Promise<void> {
    await this.hiding(inputs, () => this.session((helm) => this.release(helm, outputs).uninstall()));
  }

  /** @param failing how the message begins when the release is there but not as asked. */
  private async apply(
    { urn }: { urn: string },
    inputs: contract.Properties,
    verb: "install" | "upgrade",
    failing: string,
  ) {
    const { name, namespace, ...read } = readInputs(inputs);
    return this.hiding(inputs, async () => {
      const chart = await this.charts.find(wantedChart({ name, namespace, ...read }));
      try {
        return await this.session(async (helm) => {
          await readChart(helm, chart, read.dependencyUpdate ? "update" : "none");
          const release = this.release(helm, inputs);
          const live = await release[verb](chart).catch((error: Error) => {
            if (!(error instanceof ReleaseFailed && error.isTimeOut && release.isImpatient)) throw error;
            this.access.report?.("info", urn, notWaitedFor(release.seconds, error.message));
            return error.live;
          });
          return releaseOutputs(inputs, live);
        });
      } catch (error) {
        if (!(error instanceof ReleaseFailed)) throw error;
        const message = `${failing} to initialize completely. Use Helm CLI to investigate: ${error.message}`;
        const outputs = releaseOutputs(inputs, error.live);
        throw new contract.PartialFailure(redactor(inputs)(message), releaseId(namespace, name), outputs);
      }
    });
  }

  private release(helm: HelmSession, inputs: contract.Properties): ClusterRelease {
    return new ClusterRelease(helm, readInputs(inputs), this.access.kubeconfig, this.access.patienceSeconds);
  }

  private session<T>(work: (helm: HelmSession) => Promise<T>): Promise<T> {
    const { driver } = this.access;
    return HelmSession.during({ ...this.options.helm, ...(driver !== undefined && { driver }) }, work);
  }

  /** Templates put values into their errors, secret ones too. */
  private async hiding<T>(inputs: contract.Properties, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof contract.PartialFailure || error instanceof Interrupted) throw error;
      throw new Error(redactor(inputs)((error as Error).message));
    }
  }

  private values(news: contract.Properties): unknown {
    const values = givenValues(news, this.options.helm.directory);
    return values === undefined || values === null ? {} : values;
  }

  /** A kubeconfig's context has the name of its site. */
  private site(): string {
    const config: unknown = parse(this.access.kubeconfig);
    return (isObject(config) ? text(config, "current-context") : undefined) ?? "without a name";
  }
}
