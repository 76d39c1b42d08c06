import type { FleetPlan } from "../../lib/plan/plan";
import type { Terminal } from "../terminal";
import type { CommonOptions } from "./options";
import { openProgram, refuseFailed } from "./program";
import { subjectOf } from "./subject";

/**
 * The plan of a program's Fleet, of this day; undefined for a program without one.
 * @throws UserError for a program that fails, and for a spec that cannot be planned.
 */
export async function programPlan(
  dir: string,
  options: Pick<CommonOptions, "config" | "stack" | "reference">,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<FleetPlan | undefined> {
  const { session } = await openProgram(dir, options, terminal, signal);
  try {
    const result = await session.preview();
    refuseFailed(result);
    const today = new Date().toISOString().slice(0, 10);
    return subjectOf(result.resources, { manifests: undefined, today }).plan;
  } finally {
    await session.close();
    terminal.done();
  }
}
