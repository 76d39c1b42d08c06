import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SitePlan } from "../../../lib/plan/plan";
import type { DaemonSetSpec } from "../../../lib/plan/spec";
import { Interrupted, type UserError } from "../../userError";
import type { Keeper, Kept } from "../keeper";
import type { Toolchain } from "../toolchain";
import { reasonOf } from "./bounded";
import { checkReady, siteClient } from "./client";
import { commandOf, EGRESS_SOCKET, SITE_PROGRAMS, type SiteFiles, type SiteProgram, writeSite } from "./controlPlane";
import { type Egress, type Reach, startEgress } from "./egress";
import { nodesOf } from "./nodes";
import { OVERHEAD_NAMESPACE, overheadPods } from "./overheadPods";
import { freePort, isFree } from "./ports";
import { endedError, isPortTaken, lastLines, portError, readLog, slowError, startError } from "./problems";

/** A site on this machine: a whole control plane, with nodes that kwok plays. */
export interface LocalSite {
  readonly name: string;
  /** `https://127.0.0.1:port`; the same for the life of the site. */
  readonly endpoint: string;
  /** The authority that signed the API server's certificate, in PEM. No two sites have the same. */
  readonly caPem: string;
  /** An administrator's kubeconfig, as text with the credentials in it. Secret. */
  readonly kubeconfig: string;
  /** The file that holds it, for kubectl and helm. */
  readonly kubeconfigFile: string;
  /** Bearer token of the same administrator. Secret. */
  readonly token: string;
  /** Whether all its programs run. */
  readonly isRunning: boolean;
  /** SIGKILL to the whole control plane and the nodes, as when a site is lost. What it had stored stays. */
  kill(): Promise<void>;
  /**
   * Brings a killed site back, with what it had stored, under the same endpoint.
   * @throws UserError when it cannot, such as when its port has been taken.
   */
  start(): Promise<void>;
  /** Ends the site for good, and removes its files. */
  stop(): Promise<void>;
}

/** What a site is made with. */
export interface SiteSetting {
  readonly plan: SitePlan;
  readonly daemonSets: readonly DaemonSetSpec[];
  readonly without: readonly string[];
  readonly tools: Toolchain;
  readonly keeper: Keeper;
  readonly folder: string;
  /** The port that the user wants; undefined for any that is free. */
  readonly port: number | undefined;
  /** Bearer token of its administrator. */
  readonly token: string;
  readonly reach: Reach | undefined;
  readonly progress: (text: string) => void;
  readonly ended: (problem: UserError) => void;
  readonly signal: AbortSignal;
  /** How many sites run at the same time, this one among them. */
  readonly sites: number;
  /** Seconds until it must be ready. */
  readonly patience: number;
}

/** Times that a free port may be snatched before we give up. */
const ATTEMPTS = 3;

/**
 * Starts a site and waits until its nodes are ready and everything that the plan counted on them runs.
 * @throws UserError that names the site; Interrupted.
 */
export async function startSite(setting: SiteSetting): Promise<LocalSite> {
  const { plan, folder, port: wanted, token } = setting;
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    try {
      const site = new RunningSite(setting, writeSite(plan, folder, port, token));
      await site.start();
      return site;
    } catch (error) {
      const isSnatched = wanted === undefined && isPortTaken(readLog(join(folder, "kube-apiserver.log")));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      if (!isSnatched || attempt === ATTEMPTS) throw startError(error, { site: plan.name, folder, port });
    }
  }
}

class RunningSite implements LocalSite {
  readonly name: string;
  readonly endpoint: string;
  readonly caPem: string;
  readonly kubeconfig: string;
  readonly kubeconfigFile: string;
  readonly token: string;
  readonly #setting: SiteSetting;
  readonly #files: SiteFiles;
  readonly #programs = new Map<SiteProgram, Kept>();
  #egress: Egress | undefined;
  #problem: UserError | undefined;
  /** Whether it comes back, and does not start for the first time. */
  #wasReady = false;
  /** Whether programs may end: we are ending them. */
  #ending = false;

  constructor(setting: SiteSetting, files: SiteFiles) {
    this.#setting = setting;
    this.#files = files;
    this.name = setting.plan.name;
    this.endpoint = files.endpoint;
    this.caPem = files.pki.authority.certificate;
    this.kubeconfig = files.kubeconfig;
    this.kubeconfigFile = join(files.folder, "kubeconfig");
    this.token = files.pki.token;
  }

  get isRunning(): boolean {
    return this.#programs.size === SITE_PROGRAMS.length;
  }

  async start(): Promise<void> {
    if (this.isRunning) return;
    const { plan, reach } = this.#setting;
    const { folder, port } = this.#files;
    this.#ending = false;
    this.#problem = undefined;
    // Only what this start says may explain how it ends.
    for (const program of SITE_PROGRAMS) rmSync(this.#logOf(program), { force: true });
    try {
      if (!(await isFree(port))) throw portError(this.name, port);
      this.#egress = await startEgress(plan, join(folder, EGRESS_SOCKET), reach);
      const until = Date.now() + this.#setting.patience * 1000;
      await this.#run("etcd", "kube-apiserver");
      await this.#until("its API server", until, async () => {
        await checkReady(this.endpoint, this.caPem, this.token);
        return true;
      });
      if (this.#wasReady) await (await siteClient(this.kubeconfig)).releaseNodes();
      await this.#run("kube-controller-manager", "kube-scheduler", "kwok");
      await this.#furnish(until);
      this.#wasReady = true;
    } catch (error) {
      await this.kill();
      throw startError(error, { site: this.name, folder, port });
    }
  }

  async kill(): Promise<void> {
    this.#ending = true;
    const running = [...this.#programs.values()];
    for (const program of running) program.kill();
    await Promise.all([this.#egress?.close(), ...running.map(({ exited }) => exited)]);
    this.#egress = undefined;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#files.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  async #run(...programs: SiteProgram[]): Promise<void> {
    const { plan, tools, keeper, sites } = this.#setting;
    for (const program of programs) {
      const command = commandOf(program, plan, this.#files, { tools, sites });
      const kept = await keeper.start(command);
      this.#programs.set(program, kept);
      void kept.exited.then(({ signal }) => this.#hasEnded(program, command.log, signal));
    }
  }

  #hasEnded(program: SiteProgram, log: string, signal: string | null): void {
    this.#programs.delete(program);
    if (this.#ending) return;
    const { folder, port } = this.#files;
    this.#problem ??= endedError(program, readLog(log), { site: this.name, folder, port }, signal);
    this.#setting.ended(this.#problem);
  }

  /** Nodes, and what runs on each of them. */
  async #furnish(until: number): Promise<void> {
    const { plan, daemonSets, without } = this.#setting;
    const client = await siteClient(this.kubeconfig);
    await client.addNodes(nodesOf(plan));
    const pods = overheadPods(plan, daemonSets, without);
    // Made sooner, pods would be refused, and their controllers wait a while before they try again.
    await this.#until("service accounts", until, () => client.hasAccount(OVERHEAD_NAMESPACE));
    await client.addDaemonSets(pods);
    let waiting: string[] = [];
    await this.#until(
      () => `nodes and what runs on each of them: ${waiting.join(", ")}`,
      until,
      async () => {
        waiting = [...(await client.unreadyNodes()), ...(await client.unreadyDaemonSets())];
        return waiting.length === 0;
      },
    );
  }

  async #until(what: string | (() => string), until: number, isSo: () => Promise<boolean>): Promise<void> {
    const { signal, progress } = this.#setting;
    const name = () => (typeof what === "string" ? what : what());
    let why = "";
    const attempt = async () => {
      try {
        why = "";
        return await isSo();
      } catch (error) {
        why = whyNot(error);
        return false;
      }
    };
    for (;;) {
      if (signal.aborted) throw new Interrupted();
      if (this.#problem !== undefined) throw this.#problem;
      if (await attempt()) return;
      if (Date.now() > until) throw this.#tooSlow(name(), why);
      progress(`waiting for ${name()}`);
      await sleep(100);
    }
  }

  #logOf(program: SiteProgram): string {
    return join(this.#files.folder, `${program}.log`);
  }

  #tooSlow(waitingFor: string, why: string): UserError {
    const { folder, port } = this.#files;
    const logs = SITE_PROGRAMS.map((program) => {
      const line = lastLines(readLog(this.#logOf(program)))
        .split("\n")
        .at(-1);
      return `  ${program}: ${line || "nothing"}`;
    });
    const { patience } = this.#setting;
    const what = why === "" ? waitingFor : `${waitingFor} (${why})`;
    return slowError({ site: this.name, folder, port }, patience, what, logs.join("\n"));
  }
}

/**
 * Why a request failed. While a control plane comes up, requests may fail; what it refuses for good must not be asked until the
 * end.
 * @throws the error of a request that is refused for good.
 */
function whyNot(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (code === 400 || code === 422) throw error;
  return reasonOf(error, "everything");
}
