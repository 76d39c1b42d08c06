import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Interrupted } from "../../userError";
import { type Keeper, startKeeper } from "../keeper";

/** How helm is run. */
export interface HelmSetting {
  /** Absolute path of helm. */
  readonly program: string;
  /** Folder that relative paths start from, and in which a kubeconfig's commands run: the program's. */
  readonly directory: string;
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** In what helm keeps its releases. @default "secret" */
  readonly driver?: string;
  /** Whether webhooks of charts refuse nothing while they do not answer: where no pod runs anything. @default false */
  readonly lenientWebhooks?: boolean;
  /** Ends a helm that runs: first it may note in the cluster that it was ended. */
  readonly signal?: AbortSignal;
}

/** What helm said when it failed, without its own prefixes. */
export class HelmError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HelmError";
  }
}

/** Milliseconds that helm has to note in the cluster that it was ended. */
const LAST_WORDS = 10_000;

/**
 * Helm for one piece of work, with homes of its own that are empty at first: neither the repositories, plugins and
 * credentials of the user's helm nor what a former run fetched decide what is installed. All files, secrets among them, lie
 * in a folder that only this user can read, and go with the work, whatever ends it.
 */
export class HelmSession {
  private runs = 0;

  private constructor(
    private readonly setting: HelmSetting,
    private readonly keeper: Keeper,
    /** Temporary folder. */
    readonly folder: string,
  ) {}

  static async during<T>(setting: HelmSetting, work: (helm: HelmSession) => Promise<T>): Promise<T> {
    const folder = mkdtempSync(join(tmpdir(), "multisite-helm-"));
    const keeper = startKeeper(folder);
    try {
      for (const home of Object.values(homes(folder))) mkdirSync(home);
      return await work(new HelmSession(setting, keeper, folder));
    } finally {
      await keeper.end();
    }
  }

  /** {@link HelmSetting.lenientWebhooks} */
  get isLenient(): boolean {
    return this.setting.lenientWebhooks ?? false;
  }

  /** Writes a file that goes with the session. @returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /**
   * Runs helm, and gives what it wrote to its standard output.
   * @param patience milliseconds until it is ended. @default none: helm has limits of its own
   * @throws HelmError, Interrupted
   */
  async run(args: readonly string[], patience?: number): Promise<string> {
    const name = `run-${this.runs++}`;
    const [log, output] = [join(this.folder, `${name}.log`), join(this.folder, `${name}.out`)];
    const { program, directory, signal } = this.setting;
    const running = await this.keeper.start({
      command: program,
      args,
      cwd: directory,
      env: this.environment(),
      log,
      output,
    });
    const end = async () => {
      running.kill("SIGTERM");
      await sleep(LAST_WORDS, undefined, { ref: false });
      running.kill();
    };
    signal?.addEventListener("abort", end);
    const timer = patience === undefined ? undefined : setTimeout(() => running.kill(), patience);
    try {
      if (signal?.aborted) void end();
      const { code } = await running.exited;
      if (signal?.aborted) throw new Interrupted();
      if (code !== 0) throw new HelmError(reasonOf(readFileSync(log, "utf8"), patience));
      return readFileSync(output, "utf8");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
  }

  private environment(): Record<string, string | undefined> {
    const given = Object.entries(this.setting.environment ?? process.env);
    const kept = given.filter(
      ([name]) => !name.startsWith("HELM_") && name !== "KUBECONFIG" && name !== "NODE_OPTIONS",
    );
    const { cache, config, data } = homes(this.folder);
    return {
      ...Object.fromEntries(kept),
      HELM_CACHE_HOME: cache,
      HELM_CONFIG_HOME: config,
      HELM_DATA_HOME: data,
      HELM_DRIVER: this.setting.driver ?? "secret",
    };
  }
}

function homes(folder: string): { cache: string; config: string; data: string } {
  return { cache: join(folder, "cache"), config: join(folder, "config"), data: join(folder, "data") };
}

/** An object that an API server refuses, quoted whole: kilobytes, and of a Secret everything that it holds, in base64. */
const QUOTED_OBJECT = /Invalid value: "\{(?:[^"\\]|\\.)*": /g;

/**
 * Helm's reason, out of what it wrote to its standard error: warnings and log lines come before it. Without the objects that it
 * is about.
 */
function reasonOf(log: string, patience: number | undefined): string {
  const start = log.lastIndexOf("\nError: ");
  const said = log.startsWith("Error: ") && start < 0 ? log : log.slice(Math.max(start, 0));
  const reason = said
    .trim()
    .replace(/^Error: /, "")
    .replace(/^(INSTALLATION|UPGRADE|UNINSTALL) FAILED: /, "")
    .replace(QUOTED_OBJECT, "");
  if (reason !== "") return reason;
  return patience === undefined ? "helm was ended from outside" : `no answer within ${patience / 1000} s`;
}
