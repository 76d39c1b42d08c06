import assert from "node:assert/strict";
import { test } from "node:test";
import { Waiting } from "../../../rehearsal/commands/waiting";
import { until } from "../../support/folders";

const step = (name: string) => ({
  op: "create" as const,
  urn: `urn:${name}`,
  type: "kubernetes:apps/v1:Deployment",
  name,
});

test("a run in which nothing happens says what it waits for, and no longer what is done", async () => {
  const said: string[] = [];
  const waiting = new Waiting({ progress: (text) => said.push(text) }, 20);
  const names = ["a", "b", "c", "d", "e"];
  await waiting.during(async () => {
    for (const name of names) waiting.hear({ kind: "step", step: step(name) });
    await until(() => said.includes("waiting for Deployment a, Deployment b, Deployment c and 2 more"));
    for (const name of names.slice(0, 3)) waiting.hear({ kind: "stepEnd", step: step(name) });
    waiting.hear({ kind: "status", urn: "urn:d", message: "too few pods" });
    waiting.hear({ kind: "stepEnd", step: step("d") });
    await until(() => said.at(-1) === "waiting for Deployment e");
    waiting.hear({ kind: "status", urn: "urn:e", message: "[Pod e-1]: 0/3 nodes are available\nand more" });
    await until(() => said.at(-1) === "waiting for Deployment e; [Pod e-1]: 0/3 nodes are available");
    waiting.hear({ kind: "status", urn: "urn:e", message: "" });
    await until(() => said.at(-1) === "waiting for Deployment e");
    waiting.hear({ kind: "stepEnd", step: step("e") });
    said.length = 0;
  });
  assert.deepEqual(said, []);
});
