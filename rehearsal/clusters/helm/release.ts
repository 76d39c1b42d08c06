import { explained, isNameInUse, isNotFound } from "./explain";
import type { ReleaseInputs } from "./inputs";
import { type LiveRelease, readLive } from "./live";
import { releaseId } from "./naming";
import { HelmError, type HelmSession } from "./session";
import { lenientWebhooks } from "./webhooks";

/** One release in one cluster, while a session lasts. */
export class ClusterRelease {
  private readonly access: readonly string[];

  /** Seconds that helm waits. */
  readonly seconds: number;
  /** It waits for less time than was asked, and what is not ready by then is no failure. */
  readonly isImpatient: boolean;

  /**
   * @param kubeconfig text; it is kept in a file of the session.
   * @param patienceSeconds see `KubernetesSourceOptions`.
   */
  constructor(
    private readonly helm: HelmSession,
    private readonly inputs: ReleaseInputs,
    kubeconfig: string,
    patienceSeconds = Number.POSITIVE_INFINITY,
  ) {
    this.seconds = Math.min(inputs.timeoutSeconds, patienceSeconds);
    this.isImpatient = this.seconds < inputs.timeoutSeconds && !inputs.skipAwait;
    const file = helm.write("kubeconfig", kubeconfig);
    this.access = ["--kubeconfig", file, "--namespace", inputs.namespace];
  }

  /** @returns undefined when there is none. @throws HelmError */
  async find(): Promise<LiveRelease | undefined> {
    try {
      return await readLive(this.helm, this.inputs.name, this.access);
    } catch (error) {
      if (error instanceof HelmError && isNotFound(error.message)) return undefined;
      throw this.inWords(error, "read");
    }
  }

  /** @throws ReleaseFailed when it was made but is not as asked; HelmError when nothing was made. */
  async install(chart: string): Promise<LiveRelease> {
    const { inputs } = this;
    const args = [
      ...this.common(chart),
      ...when(inputs.disableWebhooks, "--no-hooks"),
      ...when(inputs.replace, "--replace"),
      ...when(inputs.createNamespace, "--create-namespace"),
      ...when(inputs.skipCrds, "--skip-crds"),
    ];
    try {
      await this.helm.run(["install", ...args]);
    } catch (error) {
      if (!(error instanceof HelmError) || isNameInUse(error.message)) throw this.inWords(error, "create");
      const left = await this.find().catch(() => undefined);
      throw left === undefined ? this.inWords(error, "create") : new ReleaseFailed(left, this.failure(error));
    }
    return this.there();
  }

  /** @throws ReleaseFailed when it was changed but is not as asked; HelmError when nothing was changed. */
  async upgrade(chart: string): Promise<LiveRelease> {
    const { inputs } = this;
    const before = await this.find();
    const args = [
      ...this.common(chart),
      // The real provider's own: for an upgrade it is the other of its two switches that keeps hooks from running.
      ...when(inputs.disableCRDHooks, "--no-hooks"),
      ...when(inputs.forceUpdate, "--force"),
      ...when(inputs.resetValues, "--reset-values"),
      ...when(inputs.reuseValues, "--reuse-values"),
      ...when(inputs.recreatePods, "--recreate-pods"),
      ...when(inputs.cleanupOnFail, "--cleanup-on-fail"),
      "--history-max",
      String(inputs.maxHistory),
    ];
    try {
      await this.helm.run(["upgrade", ...args]);
    } catch (error) {
      const left = error instanceof HelmError ? await this.find().catch(() => undefined) : undefined;
      const isTouched = left !== undefined && left.revision > (before?.revision ?? 0);
      throw isTouched ? new ReleaseFailed(left, this.failure(error as Error)) : this.inWords(error, "update");
    }
    return this.there();
  }

  async uninstall(): Promise<void> {
    const { name, atomic, skipAwait, timeoutSeconds } = this.inputs;
    const wait = atomic || !skipAwait ? ["--wait", "--timeout", `${timeoutSeconds}s`] : [];
    try {
      await this.helm.run(["uninstall", name, ...this.access, ...wait]);
    } catch (error) {
      throw this.inWords(error, "delete");
    }
  }

  private common(chart: string): string[] {
    const { inputs } = this;
    // Values hold secrets, and everyone on a machine can read a command line.
    const values = this.helm.write("values.json", JSON.stringify(inputs.values));
    return [
      inputs.name,
      chart,
      ...this.access,
      "--values",
      values,
      "--timeout",
      `${this.seconds}s`,
      ...when(inputs.description !== "", "--description", inputs.description),
      ...when(!inputs.skipAwait, "--wait"),
      ...when(!inputs.skipAwait && inputs.waitForJobs, "--wait-for-jobs"),
      // It takes away what is not ready in time.
      ...when(inputs.atomic && !this.isImpatient, "--atomic"),
      ...when(inputs.disableOpenapiValidation, "--disable-openapi-validation"),
      ...when(inputs.renderSubchartNotes, "--render-subchart-notes"),
      ...when(inputs.takeOwnership, "--take-ownership"),
      ...(this.helm.isLenient ? lenientWebhooks(this.helm) : []),
    ];
  }

  private async there(): Promise<LiveRelease> {
    const live = await this.find();
    if (live === undefined) throw new HelmError(`release ${this.inputs.name} was taken away right after it was made`);
    return live;
  }

  private inWords(error: unknown, verb: string): unknown {
    return error instanceof HelmError ? new HelmError(explained(error.message, this.inputs, verb)) : error;
  }

  private failure({ message }: Error): string {
    const id = releaseId(this.inputs.namespace, this.inputs.name);
    return `failed to become available within allocated timeout. Error: Helm Release ${id}: ${message}`;
  }
}

function when(condition: boolean, ...args: readonly string[]): readonly string[] {
  return condition ? args : [];
}

/** An install or an upgrade that left a release which is not as asked. */
export class ReleaseFailed extends Error {
  constructor(
    readonly live: LiveRelease,
    message: string,
  ) {
    super(message);
    this.name = "ReleaseFailed";
  }

  /** It may yet become what was asked. */
  get isTimeOut(): boolean {
    return /context deadline exceeded|timed out waiting/i.test(this.message);
  }
}
