import assert from "node:assert/strict";
import { it } from "node:test";
import { openSession } from "../../rehearsal/engine";
import { labProject } from "../rehearsal/engine/lab";

async function saidBy(code: string): Promise<string[]> {
  const project = labProject(code);
  const session = await openSession({ projectDir: project.dir, sources: [] });
  try {
    return (await session.preview()).diagnostics.map(({ message }) => message.trim());
  } finally {
    await session.close();
    project.remove();
  }
}

it("a program that says something after its end takes no other's words", async () => {
  await saidBy(`process.on("exit", () => pulumi.log.warn("late"));`);
  assert.deepEqual(await saidBy(`pulumi.log.warn("in time");`), ["in time"]);
});
