import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { CHARTS, type ChartVersion } from "../../../../lib/plan/versions";
import { findGo } from "../../toolchain/build";
import type { HelmSession } from "../session";
import { MODULE_SUMS } from "./sums";
import { chartName, sameVersion, type WantedChart } from "./wanted";

/** A chart of ours that a release asks for, or undefined: only these are known to be the same in a Go module. */
export function pinnedChart(wanted: WantedChart, charts: readonly ChartVersion[] = CHARTS): ChartVersion | undefined {
  const repository = withoutSlash(wanted.repository.repo);
  return charts.find(
    (one) =>
      one.chart === chartName(wanted) &&
      sameVersion(one.version, wanted.version) &&
      withoutSlash(one.repository) === repository,
  );
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** What decides what {@link packModule} yields, as 12 hexadecimal digits. */
export function moduleDigest({ offline, version }: ChartVersion): string {
  const sum = MODULE_SUMS[`${offline.goModule} ${offline.version}`] ?? "unpinned";
  return createHash("sha256").update(`${sum} ${offline.path} ${version}`).digest("hex").slice(0, 12);
}

/** Milliseconds for a module: tens of megabytes over a slow line. */
const PATIENCE = 300_000;

/** The chart's version in a source tree, where the release alone sets it. */
const PLACEHOLDER = /^v?0\.0\.0$/;

/**
 * Makes a chart's archive of the Go module that carries it, as its project does for a release: where the source has a
 * placeholder for the version, the release's takes its place.
 * @param destination folder for the archive.
 * @throws Error that says why not: no Go, no module, another content than the pinned.
 */
export async function packModule(
  pinned: ChartVersion,
  destination: string,
  helm: HelmSession,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const { goModule, version, path } = pinned.offline;
  const chart = join(await moduleFolder(`${goModule}@${version}`, helm.folder, environment), path);
  const isPlaceholder = PLACEHOLDER.test(
    (parse(await helm.run(["show", "chart", chart])) as { version: string }).version,
  );
  const versions = isPlaceholder ? ["--version", pinned.version, "--app-version", pinned.version] : [];
  await helm.run(["package", chart, "--destination", destination, ...versions]);
}

async function moduleFolder(
  module: string,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const go = await findGo(environment);
  if (typeof go === "string") throw new Error(`Go module ${module}: ${go}`);
  const { Dir, Sum, Error: problem } = await downloaded(go.path, module, cwd, environment);
  if (problem !== undefined || Dir === undefined) throw new Error(`Go module ${module}: ${problem ?? "not found"}`);
  const pinned = MODULE_SUMS[module.replace("@", " ")];
  if (Sum !== pinned) throw new Error(`Go module ${module} has the content ${Sum}, not ${pinned}: it is not used`);
  return Dir;
}

/** What Go says of a module that it was to fetch, on failure as well. */
interface Downloaded {
  readonly Dir?: string;
  readonly Sum?: string;
  readonly Error?: string;
}

/**
 * Has Go fetch the sources of a module, or find them in its cache.
 * @param module with its version, as in `sigs.k8s.io/mcs-api@v0.5.2`
 * @param cwd any folder that lies in no module
 */
export async function downloaded(
  go: string,
  module: string,
  cwd: string,
  { GOFLAGS: _theirs, NODE_OPTIONS: _node, ...environment }: Readonly<Record<string, string | undefined>>,
): Promise<Downloaded> {
  const env = { ...environment, GOWORK: "off" };
  const said = (error: { stdout?: string; message: string }) => ({
    stdout: error.stdout || "{}",
    reason: error.message,
  });
  const answer = promisify(execFile)(go, ["mod", "download", "-json", module], { cwd, env, timeout: PATIENCE });
  const { stdout, reason } = await answer.then(({ stdout }) => ({ stdout, reason: undefined }), said);
  const read = JSON.parse(stdout) as Downloaded;
  return reason === undefined || read.Error !== undefined ? read : { ...read, Error: reason.split("\n")[0] ?? reason };
}
