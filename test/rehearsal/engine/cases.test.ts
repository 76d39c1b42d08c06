import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import * as path from "node:path";
import { after, describe, it } from "node:test";
import { openSession, type RunResult } from "../../../rehearsal/engine";
import { type Engine, KeptProvider, labFolder, type Record, recorded } from "./support";

/**
 * The programs of engine-cases, run by this engine and compared with what the real one did. Nothing of them is refused.
 */
const source = path.resolve(__dirname, "../../../../shared/engine-cases");
const config: { [name: string]: { [key: string]: string } } = {
  "no-default-provider": { "pulumi:disable-default-providers": '["*"]' },
};
/** How much was made before the stop is a matter of timing: there the record is a bound, not the exact list. */
const stopsEarly = new Set(["bad-input", "create-fails", "policy"]);

/** The case whose project names its provider's folder, as users' do: each of its runs starts the provider anew. */
const NAMES_PROVIDER = "changes";

describe("engine cases", {
  concurrency: 2,
  skip: existsSync(source) ? false : "no ../shared/engine-cases here: nothing to compare with",
}, () => {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  for (const name of existsSync(source) ? readdirSync(path.join(source, "cases")) : []) {
    it(name, { timeout: 120_000 }, async () => {
      const root = labFolder(source, name, name === NAMES_PROVIDER);
      folders.push(root);
      const dir = path.join(root, "cases", name);
      const expected = JSON.parse(readFileSync(path.join(dir, "expected.json"), "utf8")) as Record;
      const lab = new KeptProvider(root, dir);
      const session = await openSession({
        projectDir: dir,
        stack: "dev",
        config: config[name] ?? {},
        sources: name === NAMES_PROVIDER ? [] : [lab],
        policyPacks: name === "policy" ? [{ dir: path.join(root, "pack") }] : [],
        passphrase: "case",
      });
      try {
        compare(root, name, "preview", await session.preview(), expected);
        compare(root, name, "up", await session.up(), expected);
        if (expected.again !== undefined) compare(root, name, "again", await session.preview(), expected);
        if (expected.secondPreview !== undefined) {
          cpSync(path.join(dir, "second.js"), path.join(dir, "index.js"));
          compare(root, name, "secondPreview", await session.preview(), expected);
          compare(root, name, "secondUp", await session.up(), expected);
        }
        const { state } = recorded(session.deployment());
        if (stopsEarly.has(name)) assertWithin(state, expected.state, `${name}: state`);
        else assert.deepEqual(state, expected.state, `${name}: state`);
      } finally {
        await session.close();
        await lab.close();
      }
    });
  }
});

function compare(root: string, name: string, run: Engine, result: RunResult, all: Record): void {
  const expected = all[run];
  assert.ok(expected !== undefined, `${run} is not recorded`);
  const actual = recorded(result, root);
  const what = `${name}: ${run}`;
  assert.equal(actual.exit, expected.exit, `${what}: exit`);
  assert.deepEqual(withoutNode(actual.diagnostics), withoutNode(expected.diagnostics), `${what}: diagnostics`);
  assert.deepEqual(actual.violations, expected.violations, `${what}: violations`);
  if (expected.exit === 1 && stopsEarly.has(name)) assertWithin(actual.steps, expected.steps, `${what}: steps`);
  else assert.deepEqual(actual.steps, expected.steps, `${what}: steps`);
}

/** Node.js's own frames at the end of a stack are other ones in each version of it. */
function withoutNode(diagnostics: unknown[]): unknown[] {
  return (diagnostics as { message: string }[]).map(({ message, ...rest }) => ({
    ...rest,
    message: message.replace(/\n {4}at [^\n]+ \(node:.*/s, ""),
  }));
}

/** Every entry is one of the recorded run, and the stack itself is among them. */
function assertWithin(actual: unknown[], expected: unknown[], what: string): void {
  const allowed = new Set(expected.map((entry) => JSON.stringify(entry)));
  for (const entry of actual)
    assert.ok(allowed.has(JSON.stringify(entry)), `${what}: ${JSON.stringify(entry)} is not recorded`);
  assert.ok(
    actual.some((entry) => (entry as { urn: string }).urn.includes("pulumi:pulumi:Stack")),
    `${what}: no stack`,
  );
}
