import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findGo } from "../../rehearsal/clusters/toolchain/build";

/** Where the sources of a Go module are, once they were fetched. */
export function goModuleFolder(name: string, version: string): string {
  return join(process.env.GOMODCACHE ?? join(homedir(), "go/pkg/mod"), `${name}@${version}`);
}

/**
 * Fetches the sources of a public Go module, once, to compare with what its project says. `MULTISITE_FAST=1` takes only what
 * is there. On a gate (`MULTISITE_CLUSTERS=required`) none may be missing.
 * @returns why it is not there, as a text, or false.
 */
export async function absentGoModule(name: string, version: string): Promise<string | false> {
  if (existsSync(goModuleFolder(name, version))) return false;
  const asked = `go mod download ${name}@${version}`;
  if (process.env.MULTISITE_FAST === "1") return `not here, and MULTISITE_FAST=1 fetches nothing: ${asked}`;
  try {
    const go = await findGo(process.env);
    if (typeof go === "string") throw new Error(go);
    // Whatever module or workspace the tests lie in is not asked.
    const options = { cwd: tmpdir(), env: { ...process.env, GOWORK: "off", GOFLAGS: "" }, timeout: 600_000 };
    await promisify(execFile)(go.path, ["mod", "download", `${name}@${version}`], options);
    return false;
  } catch (error) {
    if (process.env.MULTISITE_CLUSTERS === "required") throw error;
    return `not to be had, ${asked}: ${(error as Error).message.split("\n")[0]}`;
  }
}
