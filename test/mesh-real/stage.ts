import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { absentChart } from "../mesh/charts";
import { localTools } from "../support/localTools";
import { isWhole } from "./prerequisites";
import { openFleet, type RealFleet } from "./realFleet";
import type { States } from "./rehearsed";

/** The sites that are there from the beginning, all of them active. */
export const NAMES = ["frankfurt", "belgium", "amsterdam"] as const;
export const THREE: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };

/** Those of the three that are not this one. */
export function others(name: string): string[] {
  return NAMES.filter((one) => one !== name);
}

/** One real mesh, opened before the first of a suite's steps and ended after the last, which go on from one another. */
export class Stage {
  #fleet: RealFleet | undefined;
  #failed: string | undefined;

  get fleet(): RealFleet {
    assert.ok(this.#fleet);
    return this.#fleet;
  }

  /** A step, which may say why it is skipped. After the first that fails the others would only wait, and are skipped. */
  readonly step = (name: string, run: () => Promise<unknown>) =>
    test(name, async (t: TestContext) => {
      if (this.#failed !== undefined) return t.skip(`an earlier step has failed: ${this.#failed}`);
      this.#failed = name;
      const lacking = await run();
      this.#failed = undefined;
      if (typeof lacking === "string") t.skip(lacking);
    });

  /** A step that waits for minutes: only where the whole is asked for. */
  readonly longStep = (name: string, run: () => Promise<void>) =>
    isWhole() ? this.step(name, run) : test(name, { skip: "npm run test:mesh has it" });

  async open(): Promise<void> {
    const tools = await localTools();
    assert.ok(typeof tools !== "string", String(tools));
    assert.equal(await absentChart("1.19"), false);
    this.#fleet = await openFleet(tools);
  }

  /** Ends the fleet's lab; where a step has failed, the logs of its sites are kept. */
  async end(): Promise<void> {
    const logs = this.#failed === undefined ? undefined : mkdtempSync(join(tmpdir(), "multisite-mesh-logs-"));
    await this.#fleet?.lab.end(logs);
    if (logs !== undefined) process.stderr.write(`multisite: logs of every site are in ${logs}\n`);
  }
}

/** A stage for the suite that is described where this is called. */
export function openStage(): Stage {
  const stage = new Stage();
  before(() => stage.open());
  after(() => stage.end());
  return stage;
}
