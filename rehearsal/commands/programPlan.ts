import { FLEET } from "../../lib/plan/observed";
import type { FleetPlan } from "../../lib/plan/plan";
import type { RunResult } from "../engine";
import type { Terminal } from "../terminal";
import type { CommonOptions } from "./options";
import { failureText, openProgram, refuseFailed } from "./program";
import { subjectOf } from "./subject";

/** How a plan is read. */
export interface PlanReading {
  /**
   * Whether the plan of a program that fails once its Fleet is declared is read all the same, with a warning: a spec stands, also
   * where what is made of it cannot be built yet. @default false
   */
  readonly mayFail?: boolean;
  /**
   * Whether stacks that the program refers to may be missing, where its spec needs nothing of them. @default false
   */
  readonly mayMissStacks?: boolean;
}

/**
 * The plan of a program's Fleet, of this day; undefined for a program without one.
 * @throws UserError for a program that fails, and for a spec that cannot be planned.
 */
export async function programPlan(
  dir: string,
  options: Pick<CommonOptions, "config" | "stack" | "reference">,
  terminal: Terminal,
  signal: AbortSignal,
  { mayFail = false, mayMissStacks = false }: PlanReading = {},
): Promise<FleetPlan | undefined> {
  const missingStacks = mayMissStacks ? "unknown" : "refused";
  const { session } = await openProgram(dir, options, terminal, signal, { missingStacks });
  try {
    const result = await session.preview();
    if (mayFail && isDeclared(result)) {
      terminal.err(`warning: The program fails, and its spec was read all the same: ${failureText(result)}`);
    } else refuseFailed(result);
    const today = new Date().toISOString().slice(0, 10);
    return subjectOf(result.resources, { manifests: undefined, today }).plan;
  } finally {
    await session.close();
    terminal.done();
  }
}

/** Whether a program failed after its Fleet was declared, by itself or at a resource. */
function isDeclared({ failure, resources }: RunResult): boolean {
  return (failure === "program" || failure === "resource") && resources.some(({ type }) => type === FLEET);
}
