import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { RealFleet } from "./realFleet";

/** Tests that go on from one another: after the first that fails, the others would only wait, and are skipped. */
export class Steps {
  #failed: string | undefined;

  readonly step = (name: string, run: () => Promise<void>) =>
    test(name, async (t: TestContext) => {
      if (this.#failed !== undefined) return t.skip(`an earlier step has failed: ${this.#failed}`);
      this.#failed = name;
      await run();
      this.#failed = undefined;
    });

  /** Ends the fleet's lab; where a step has failed, the logs of its sites are kept. */
  async end(fleet: RealFleet | undefined): Promise<void> {
    const logs = this.#failed === undefined ? undefined : mkdtempSync(join(tmpdir(), "multisite-mesh-logs-"));
    await fleet?.lab.end(logs);
    if (logs !== undefined) process.stderr.write(`multisite: logs of every site are in ${logs}\n`);
  }
}
