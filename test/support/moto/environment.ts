import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { withLock } from "../../../rehearsal/clusters/toolchain/lock";
import { cacheFolder } from "../../../rehearsal/clusters/toolchain/places";

const run = promisify(execFile);
const REQUIREMENTS = join(__dirname, "requirements.txt");

/** Minutes that a slow registry may take for 20 MB. */
const PATIENCE_MILLISECONDS = 10 * 60_000;

/**
 * A Python that has moto, made once in the user's cache by pip from pinned versions. `MULTISITE_FAST=1` uses only what is
 * there. Without Python, pip or PyPI the tests are skipped with one line, but fail with `MULTISITE_CLUSTERS=required`.
 * @returns the interpreter, or the reason to skip.
 */
export async function motoPython(): Promise<{ readonly python: string } | string> {
  const isRequired = process.env.MULTISITE_CLUSTERS === "required";
  try {
    const found = await environment(process.env.MULTISITE_FAST !== "1");
    if (found !== undefined) return { python: found };
    if (isRequired) throw new Error("MULTISITE_CLUSTERS=required and MULTISITE_FAST=1 contradict each other here.");
    return "no moto here, and MULTISITE_FAST=1 installs none";
  } catch (error) {
    if (isRequired) throw error;
    return `moto cannot be installed: ${lastLine(error)}`;
  }
}

async function environment(mayInstall: boolean): Promise<string | undefined> {
  const { stdout: version } = await run("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
  const wanted = createHash("sha256").update(readFileSync(REQUIREMENTS)).update(version).digest("hex").slice(0, 12);
  const folder = join(dirname(cacheFolder()), "python", `moto-${wanted}`);
  const python = join(folder, "bin", "python");
  if (existsSync(python)) return python;
  if (!mayInstall) return undefined;
  return withLock(`${folder}.lock`, {}, async () => {
    if (!existsSync(python)) await install(folder);
    return python;
  });
}

/** In a folder beside it, which takes its name when it is whole. Interpreters of such an environment may move; its scripts, which nobody calls, may not. */
async function install(folder: string): Promise<void> {
  process.stderr.write("multisite: installing moto from PyPI (once) ...\n");
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.tmp-`);
  const options = { timeout: PATIENCE_MILLISECONDS };
  try {
    await run("python3", ["-m", "venv", temporary], options);
    const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check", "-r", REQUIREMENTS];
    await run(join(temporary, "bin", "python"), pip, options);
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr || message).trim().split("\n").at(-1) ?? message;
}
