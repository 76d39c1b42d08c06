import assert from "node:assert/strict";
import { join } from "node:path";
import { simulatedClouds } from "../../rehearsal/clouds";
import { existingOf, statesIn } from "../../rehearsal/commands/program";
import { openSession, type RunResult, type Session, saveDeployment } from "../../rehearsal/engine";
import { ROOT } from "../support/multisite";
import type { Resource } from "./model";

interface Options {
  /** @default "rehearsal" */
  readonly stack?: string;
  /** States of other stacks, as files, by the names that the program has for them. */
  readonly references?: Readonly<Record<string, string>>;
}

/** A stack of an example on simulated clouds, updated without a preview and without a file: a process less for each. */
export class RehearsedStack {
  private constructor(private readonly session: Session) {}

  /** Makes it; fails where the update does. */
  static async of(example: string, options: Options = {}): Promise<RehearsedStack> {
    const stack = await RehearsedStack.open(example, options);
    const { failure, diagnostics } = await stack.update();
    assert.equal(failure, undefined, JSON.stringify(diagnostics));
    return stack;
  }

  /** Opens it, and makes nothing yet. */
  static async open(example: string, options: Options = {}): Promise<RehearsedStack> {
    const projectDir = join(ROOT, "examples", example);
    // What other stacks made is there too.
    const others = await Promise.all(Object.values(options.references ?? {}).map((file) => statesIn(file)));
    const sources = [simulatedClouds({ moduleRoots: [projectDir], state: existingOf(others.flat()) })];
    return new RehearsedStack(await openSession({ projectDir, sources, ...options }));
  }

  /** Runs the program. */
  async update(): Promise<RunResult> {
    return this.session.up();
  }

  /** What a run changes when nothing has changed. */
  async changes(): Promise<string[]> {
    const { failure, steps } = await this.update();
    assert.equal(failure, undefined);
    return steps.filter(({ op }) => op !== "same" && op !== "read").map(({ op, urn }) => `${op} ${urn}`);
  }

  /** Its resources as a state has them, secrets sealed. */
  get resources(): readonly Resource[] {
    return this.session.deployment().deployment.resources as unknown as readonly Resource[];
  }

  /** Writes its state, for another stack to read. */
  async save(file: string): Promise<void> {
    await saveDeployment(file, this.session.deployment());
  }
}
