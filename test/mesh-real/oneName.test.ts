import assert from "node:assert/strict";
import { test } from "node:test";
import type { DrillReport } from "../../rehearsal/drill/report";
import { localTools } from "../support/localTools";
import { multisite } from "../support/multisite";
import { isWhole } from "./prerequisites";

// Three sites of as many nodes as a shop needs: too much for every run of the tests.
const skip = !isWhole() && "npm run test:mesh runs it, in two minutes";

test("examples/one-name carries the loss of a site on real control planes, and its users are elsewhere in time", {
  skip,
}, async () => {
  const tools = await localTools();
  assert.ok(typeof tools !== "string", String(tools));
  const { exit, stdout, stderr } = await multisite([
    "drill",
    "examples/one-name",
    "--lose",
    "frankfurt",
    "--json",
    "-",
  ]);
  assert.equal(exit, 0, stderr);
  const { losses, verdict }: DrillReport = JSON.parse(stdout);
  assert.equal(verdict, "holds");
  const users = losses[0]?.users;
  assert.ok(users !== null && users !== undefined);
  assert.ok(users.errors > 0, "some come while nobody knows of the loss");
  assert.ok(users.lastErrorSeconds !== null && users.lastErrorSeconds <= users.predictedSeconds);
  assert.deepEqual(Object.keys(users.served).sort(), ["iowa", "singapore"]);
  assert.deepEqual([users.otherErrors, users.servedDrained, users.held], [0, 0, true]);
});
