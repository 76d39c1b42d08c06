import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { CHARTS, type ChartVersion } from "../../../../lib/plan/versions";
import { Interrupted, UserError } from "../../../userError";
import { fillEntry, inWords, readEntry } from "../../toolchain/cache";
import { type Holder, withLock } from "../../toolchain/lock";
import { cacheFolder } from "../../toolchain/places";
import { HelmSession, type HelmSetting } from "../session";
import { givenChart } from "./given";
import { localChart } from "./local";
import { moduleDigest, packModule, pinnedChart } from "./module";
import { pullChart } from "./repository";
import { chartName, described, isExact, sameVersion, type WantedChart } from "./wanted";

export interface ChartOptions {
  readonly helm: HelmSetting;
  /** Folder for what is fetched. @default "multisite/charts" in the user's cache folder */
  readonly cache?: string;
  /** Charts that a Go module carries as well. @default those of `plan/versions` */
  readonly pinned?: readonly ChartVersion[];
  /** Milliseconds that a chart repository has to answer. @default 15000 */
  readonly patience?: number;
  /** What is being done right now, for long work. */
  readonly progress?: (text: string) => void;
}

/** The one file of a cache entry. */
const ARCHIVE = "chart.tgz";

/** What a repository says that cannot be reached at all, where asking for another chart is of no use. */
const SILENT = /cannot be reached|no answer within|dial tcp|no such host|TLS handshake/i;

/**
 * Finds charts: by a path; in the folder of `MULTISITE_CHARTS`; in our cache; in the repository that the release names; or
 * in the Go module that carries it. What was found holds for the life of this object.
 */
export class Charts {
  private readonly found = new Map<string, Promise<string>>();
  private readonly silent = new Map<string, string>();

  constructor(private readonly options: ChartOptions) {}

  /**
   * The path of a chart, an archive or a folder.
   * @throws Error that says why there is none, and what to do; Interrupted.
   */
  find(wanted: WantedChart): Promise<string> {
    const key = JSON.stringify(wanted);
    const known = this.found.get(key) ?? this.search(wanted);
    this.found.set(key, known);
    return known;
  }

  private get environment(): Readonly<Record<string, string | undefined>> {
    return this.options.helm.environment ?? process.env;
  }

  private async search(wanted: WantedChart): Promise<string> {
    const { helm, pinned = CHARTS } = this.options;
    const near = localChart(wanted, helm.directory) ?? givenChart(wanted, this.environment);
    if (near !== undefined) return near;
    const carried = pinnedChart(wanted, pinned);
    const cached = await this.cached(wanted, carried);
    if (cached !== undefined) return cached;
    try {
      return await this.pull(wanted);
    } catch (error) {
      if (error instanceof Interrupted || error instanceof UserError) throw error;
      const reason = (error as Error).message;
      if (carried === undefined) throw new Error(`${reason}. ${waysOut(wanted)}`);
      return this.pack(carried).catch((other: Error) => {
        if (other instanceof Interrupted || other instanceof UserError) throw other;
        throw new Error(`${reason}; ${other.message}. ${waysOut(wanted)}`);
      });
    }
  }

  private entry(name: string, version: string, digest: string): string {
    const cache = this.options.cache ?? join(dirname(cacheFolder(this.environment)), "charts");
    return join(cache, `${name}-${version.trim().replace(/^v/, "").replaceAll("+", "_")}-${digest}`);
  }

  private entryOfRepository(wanted: WantedChart, version: string): string {
    return this.entry(chartName(wanted), version, repositoryDigest(wanted));
  }

  private entryOfModule(carried: ChartVersion): string {
    return this.entry(carried.chart, carried.version, moduleDigest(carried));
  }

  private async cached(wanted: WantedChart, carried: ChartVersion | undefined): Promise<string | undefined> {
    if (!isExact(wanted.version)) return undefined;
    const entries = [this.entryOfRepository(wanted, wanted.version)];
    if (carried !== undefined) entries.push(this.entryOfModule(carried));
    for (const entry of entries) {
      const path = (await readEntry(entry, [ARCHIVE]))?.get(ARCHIVE);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  private async pull(wanted: WantedChart): Promise<string> {
    const { helm, patience = 15_000, progress } = this.options;
    const source = wanted.repository.repo || wanted.chart;
    const silence = this.silent.get(source);
    if (silence !== undefined) throw new Error(silence);
    progress?.(`fetching the chart ${described(wanted)}`);
    return HelmSession.during(helm, async (session) => {
      const folder = join(session.folder, "pulled");
      mkdirSync(folder);
      await pullChart(wanted, folder, session, patience).catch((error: Error) => {
        if (SILENT.test(error.message)) this.silent.set(source, error.message);
        throw error;
      });
      const archive = onlyArchive(folder);
      const { version } = parse(await session.run(["show", "chart", archive])) as { version: string };
      if (isExact(wanted.version) && !sameVersion(version, wanted.version)) {
        throw new Error(`${source} gave version ${version} where ${wanted.version} was asked for`);
      }
      return this.keep(this.entryOfRepository(wanted, version), `${chartName(wanted)} ${version}`, async (target) => {
        copyFileSync(archive, target);
      });
    });
  }

  private pack(carried: ChartVersion): Promise<string> {
    const { chart, version, offline } = carried;
    this.options.progress?.(`fetching the chart ${chart} ${version} from the Go module ${offline.goModule} (once)`);
    return HelmSession.during(this.options.helm, (session) =>
      this.keep(this.entryOfModule(carried), `${chart} ${version}`, async (target) => {
        const folder = join(session.folder, "packed");
        mkdirSync(folder);
        await packModule(carried, folder, session, this.environment);
        copyFileSync(onlyArchive(folder), target);
      }),
    );
  }

  /** Makes a cache entry, unless another process has by then. */
  private async keep(entry: string, chart: string, make: (target: string) => Promise<void>): Promise<string> {
    const { helm, progress } = this.options;
    const waiting = ({ pid }: Holder) => progress?.(`waiting for process ${pid}, which fetches the chart ${chart}`);
    try {
      return await withLock(`${entry}.lock`, { waiting, signal: helm.signal }, async () => {
        const there = await readEntry(entry, [ARCHIVE]);
        if (there === undefined) {
          await fillEntry(entry, [ARCHIVE], async ({ folder }) => {
            await make(join(folder, ARCHIVE));
            return "chart";
          });
        }
        return join(entry, ARCHIVE);
      });
    } catch (error) {
      throw inWords(error, dirname(entry));
    }
  }
}

/** Charts of one name and version differ by where they come from. */
function repositoryDigest({ chart, repository }: WantedChart): string {
  const source = repository.repo === "" ? chart.trim() : repository.repo.replace(/\/+$/, "");
  return createHash("sha256").update(source).digest("hex").slice(0, 12);
}

function onlyArchive(folder: string): string {
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error(`helm wrote no archive into ${folder}`);
  return join(folder, archive);
}

function waysOut(wanted: WantedChart): string {
  const version = isExact(wanted.version) ? wanted.version.trim() : "<version>";
  const file = `${chartName(wanted)}-${version}.tgz`;
  return `Let this machine reach the chart's repository, or put ${file} into a folder and name that: MULTISITE_CHARTS=/that/folder`;
}
