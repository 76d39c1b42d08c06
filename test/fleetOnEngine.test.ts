import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { simulatedClouds } from "../rehearsal/clouds";
import { openSession } from "../rehearsal/engine";

/**
 * What only an engine shows: transforms run there, and so does the refusal of default providers. The program takes the
 * library as a package, as users do.
 */
test("with default providers disabled, a transform reaches every resource of three kinds of sites", async () => {
  const projectDir = join(__dirname, "programs", "transformed");
  const session = await openSession({ projectDir, sources: [simulatedClouds({ moduleRoots: [projectDir] })] });
  try {
    const { exit, failure, resources } = await session.preview();
    assert.equal(exit, 0, JSON.stringify(failure));
    const customs = resources.filter(({ custom }) => custom);
    const kinds = ["frankfurt", "belgium", "amsterdam"];
    for (const site of kinds) assert.ok(customs.filter(({ name }) => name.startsWith(site)).length > 15, site);
    assert.deepEqual(
      customs.filter(({ protect }) => !protect).map(({ urn }) => urn),
      [],
    );
    assert.deepEqual(
      resources.filter(({ type, name }) => type.startsWith("pulumi:providers:") && name.startsWith("default")),
      [],
    );
  } finally {
    await session.close();
  }
});
