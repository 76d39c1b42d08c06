import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { downloaded } from "../../rehearsal/clusters/helm/charts/module";
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
  const module = `${name}@${version}`;
  const isThere = existsSync(goModuleFolder(name, version));
  if (process.env.MULTISITE_FAST === "1")
    return isThere ? false : `not here, and MULTISITE_FAST=1 fetches nothing: go mod download ${module}`;
  const go = await findGo(process.env);
  if (typeof go === "string" && isThere) return false;
  // Also of one that is there: another test may be in the middle of unpacking it, which Go waits for.
  const problem = typeof go === "string" ? go : (await downloaded(go.path, module, tmpdir(), process.env)).Error;
  if (problem === undefined) return false;
  const absent = `not to be had, go mod download ${module}: ${problem}`;
  if (process.env.MULTISITE_CLUSTERS === "required") throw new Error(absent);
  return absent;
}
