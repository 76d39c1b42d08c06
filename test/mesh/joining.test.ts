import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { simulatedClouds } from "../../rehearsal/clouds";
import { type Deployment, openSession, type Step } from "../../rehearsal/engine";

const projectDir = join(__dirname, "../programs/joining");

/** Steps of an update of these sites that change something, in their order. */
async function steps(states: Readonly<Record<string, string>>, state?: Deployment) {
  const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
  const config = { states: JSON.stringify(states) };
  const session = await openSession({ projectDir, sources, config, ...(state && { state }), passphrase: "joining" });
  try {
    const { exit, diagnostics, steps: all } = await session.up();
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    return { changes: all.filter(({ op }) => op !== "same"), state: session.deployment() };
  } finally {
    await session.close();
  }
}

const PARTS = ["clustermesh-remote-users", "cilium-kvstoremesh", "cilium-clustermesh"] as const;

/** Which of the three peer objects were written, one after the other: each name once where all sites took turns. */
function written(changes: readonly Step[]): string[] {
  const parts = changes.flatMap(({ name }) => PARTS.find((part) => name.endsWith(`-${part}`)) ?? []);
  return parts.filter((part, at) => part !== parts[at - 1]);
}

test("in an update every site lets its peers in before any asks one, at first and when a site joins", async () => {
  const three = { frankfurt: "active", belgium: "active", amsterdam: "active" };
  const first = await steps(three);
  assert.deepEqual(written(first.changes), PARTS);
  const joined = await steps({ ...three, dublin: "joining" }, first.state);
  assert.deepEqual(written(joined.changes), PARTS);
  const atPeers = joined.changes.filter(
    ({ name, type }) => type.startsWith("kubernetes:") && !name.startsWith("dublin-"),
  );
  assert.deepEqual(
    atPeers.map(({ op, name }) => `${op} ${name}`).sort(),
    Object.keys(three)
      .flatMap((site) => PARTS.map((part) => `update ${site}-${part}`))
      .sort(),
    "three objects at each peer, and nothing else",
  );
});
