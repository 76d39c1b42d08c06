import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession } from "../../rehearsal/engine";
import { temporaryFolder } from "../support/folders";

const PROGRAM = join(__dirname, "../programs/gateway");

test("cert-manager stays where it is while a site's trust takes it over from the gateway, and gives it back", async (t) => {
  const stateFile = join(temporaryFolder(t), "state.json");
  const run = async (config: Record<string, string>) => {
    const sources = [simulatedClouds({ moduleRoots: [PROGRAM] })];
    const own = { service: "route53", sites: "frankfurt,cellar", ...config };
    const session = await openSession({ projectDir: PROGRAM, sources, config: own, stateFile, passphrase: "p" });
    try {
      const { exit, steps, diagnostics } = await session.up();
      assert.equal(exit, 0, JSON.stringify(diagnostics));
      return steps
        .filter(({ urn, op }) => /(Namespace|Release)::[a-z]+-(gateway-)?cert-manager$/.test(urn) && op !== "same")
        .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
    } finally {
      await session.close();
    }
  };
  assert.equal((await run({ trust: "unsigned" })).length, 4, "a namespace and a release in each site");
  assert.deepEqual(await run({ trust: "signed" }), []);
  assert.deepEqual(await run({ trust: "unsigned" }), []);
});
