import assert from "node:assert/strict";
import { it } from "node:test";
import { setTimeout } from "node:timers/promises";
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

for (const late of [`pulumi.log.warn("late")`, `setTimeout(() => pulumi.log.warn("late"), 5)`]) {
  it(`a program that says something after its end takes no other's words: ${late}`, async () => {
    await saidBy(`process.on("exit", () => ${late});`);
    assert.deepEqual(await saidBy(`pulumi.log.warn("in time");`), ["in time"]);
  });
}

it("a program whose process ends before it begins runs in another", async () => {
  const [pid] = await saidBy(`pulumi.log.warn(String(process.pid));`);
  process.kill(Number(pid), "SIGSTOP");
  const said = saidBy(`pulumi.log.warn("in time");`);
  await setTimeout(500);
  process.kill(Number(pid), "SIGKILL");
  assert.deepEqual(await said, ["in time"]);
});
