import assert from "node:assert/strict";
import { join } from "node:path";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession, type ResourceView } from "../../rehearsal/engine";

/** A program with gateways, rehearsed. */
export interface RehearsedGateway {
  readonly resources: readonly ResourceView[];
  /** What a second run on the same state did, other than nothing. */
  readonly again: readonly string[];
  /** The one resource of a type, or whose type ends so, and name. */
  one(type: string, name: string): ResourceView;
  /** All of a type, or whose type ends so. */
  all(type: string): ResourceView[];
}

/**
 * Rehearses a program of test/programs on simulated clouds.
 * @param isTwice whether it runs once more on the state that it left
 */
export async function rehearsedGateway(
  config: Record<string, string>,
  program: "gateway" | "fronted" = "gateway",
  isTwice = true,
): Promise<RehearsedGateway> {
  const projectDir = join(__dirname, "../programs", program);
  const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
  const session = await openSession({ projectDir, sources, config });
  try {
    const { exit, resources, diagnostics } = await session.up();
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    const { steps } = isTwice ? await session.up() : { steps: [] };
    const again = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
    const all = (type: string) => resources.filter((one) => one.type === type || one.type.endsWith(`:${type}`));
    const one = (type: string, name: string) => {
      const found = all(type).filter((resource) => resource.name === name);
      assert.equal(found.length, 1, `${type} ${name}`);
      return found[0]!;
    };
    return { resources, again, one, all };
  } finally {
    await session.close();
  }
}
