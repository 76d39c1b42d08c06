import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { startKeeper } from "../../rehearsal/clusters/keeper";
import { type OptionalProgram, optionalTool, presentOptionalTool } from "../../rehearsal/clusters/toolchain";
import { UserError } from "../../rehearsal/userError";
import { temporaryFolder } from "./folders";

/**
 * A program that runs beside clusters, for tests: built where it is missing, with the same switches as `localTools`.
 * @returns its path, or the reason to skip.
 */
export async function localProgram(program: OptionalProgram): Promise<{ path: string } | string> {
  try {
    if (process.env.MULTISITE_FAST !== "1") return await optionalTool(program);
    return (await presentOptionalTool(program)) ?? `no ${program} here, and MULTISITE_FAST=1 builds none`;
  } catch (error) {
    if (process.env.MULTISITE_CLUSTERS === "required" || !(error instanceof UserError)) throw error;
    return error.message.split("\n")[0] ?? `no ${program}`;
  }
}

/**
 * Runs a program until the test ends.
 * @param files that it gets, by name, in a folder of its own; `{name}` in an argument stands for the path of one.
 * @returns the path of its log.
 */
export async function runProgram(
  test: TestContext,
  command: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = temporaryFolder(test);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const keeper = startKeeper(folder);
  test.after(() => keeper.end());
  const log = join(folder, "log");
  const filled = args.map((arg) => arg.replace(/\{([\w.-]*)\}/g, (_, name: string) => join(folder, name)));
  await keeper.start({ command, args: filled, cwd: folder, env: { ...process.env, ...environment }, log });
  return log;
}
