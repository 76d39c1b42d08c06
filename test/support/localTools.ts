import { presentToolchain, type Toolchain, toolchain } from "../../rehearsal/clusters/toolchain";
import { UserError } from "../../rehearsal/userError";

/**
 * The programs of local sites, for tests on real ones: what is missing is downloaded or built, once, which takes minutes.
 * `MULTISITE_FAST=1` uses only what is there. Where they cannot be had the tests are skipped with one line, but fail with
 * `MULTISITE_CLUSTERS=required`, as a gate wants it.
 * @returns the reason to skip, as a text, in place of the programs.
 */
export function localTools(): Promise<Toolchain | string> {
  found ??= find();
  return found;
}

/** Looked for once in a process: each look runs programs for their versions. */
let found: Promise<Toolchain | string> | undefined;

async function find(): Promise<Toolchain | string> {
  const isRequired = process.env.MULTISITE_CLUSTERS === "required";
  try {
    if (process.env.MULTISITE_FAST !== "1") return await toolchain({ progress: sayStep() });
    const present = await presentToolchain();
    if (present !== undefined) return present;
    if (isRequired) throw new UserError("MULTISITE_CLUSTERS=required and MULTISITE_FAST=1 contradict each other here.");
    return "no programs for local sites here, and MULTISITE_FAST=1 builds none";
  } catch (error) {
    if (isRequired || !(error instanceof UserError)) throw error;
    return error.message.split("\n")[0] ?? "no programs for local sites";
  }
}

function sayStep(): (text: string) => void {
  let said: string | undefined;
  return (text) => {
    const step = text.split(":")[0];
    if (step !== said) process.stderr.write(`multisite: ${step} ...\n`);
    said = step;
  };
}
