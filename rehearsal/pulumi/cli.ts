import { mkdirSync, realpathSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";
import { isExecutable } from "../clusters/toolchain/places";
import { UserError } from "../userError";
import { writeKeeper } from "./keeper";

const HOW_TO_GET_ONE = [
  "--engine pulumi runs the program with the real engine: install it as https://www.pulumi.com/docs/install/ says,",
  "or rehearse without --engine: the rehearsal's own engine needs nothing.",
].join("\n");

/**
 * Absolute path of the `pulumi` executable on the PATH.
 * @param path folders to look in. @default the environment's PATH
 * @throws UserError that says how to get one.
 */
export function findCli(path = process.env.PATH ?? ""): string {
  if (process.platform === "win32") throw new UserError("cannot rehearse: --engine pulumi on Windows; use WSL.");
  const found = onPath("pulumi", path);
  if (found === undefined) throw new UserError(`There is no \`pulumi\` on the PATH.\n${HOW_TO_GET_ONE}`);
  return found;
}

function onPath(name: string, path: string): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => resolve(folder, name))
    .find(isExecutable);
}

/**
 * Makes the host of programs in Node.js a plugin of a PULUMI_HOME where it does not lie beside the CLI, as in distributions
 * that pack it apart: of plugins on the PATH none is used in a rehearsal.
 * @param command absolute path of the CLI.
 * @param path folders to look in. @default the environment's PATH
 */
export function linkLanguageHost(command: string, home: string, path = process.env.PATH ?? ""): void {
  const name = "pulumi-language-nodejs";
  if (isExecutable(join(dirname(realpathSync(command)), name))) return;
  const found = onPath(name, path);
  if (found === undefined) return;
  const folder = join(home, "plugins", `language-nodejs-v${version}`);
  mkdirSync(folder, { recursive: true });
  symlinkSync(realpathSync(found), join(folder, name));
}

/**
 * A CLI whose every run is kept: it ends when we end, and sees none of the user's own PULUMI_* variables.
 * @param folder what goes with us; the keeper is written into it.
 * @param variables names of the PULUMI_* variables that it sees.
 * @throws UserError for an executable that does not answer, or is too old.
 */
export async function keptCli(command: string, folder: string, variables: readonly string[]): Promise<PulumiCommand> {
  writeKeeper(join(folder, "bin", "pulumi"), {
    command,
    folder,
    // The Automation API refuses to work with one that names none.
    version: `v${version}`,
    // What the Automation API sets by itself.
    variables: [...variables, "PULUMI_HOME", "PULUMI_DEBUG_COMMANDS", "PULUMI_AUTOMATION_API"],
  });
  try {
    return await PulumiCommand.get({ root: folder });
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).trim();
    throw new UserError(`${command} cannot be used: ${message}\n${HOW_TO_GET_ONE}`);
  }
}
