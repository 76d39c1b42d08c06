import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { startChild } from "../../../rehearsal/engine/children";

const ROOT = join(__dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "multisite-children-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Maps stacks as ts-node does, lets another mapper in for a while, and says who mapped what. */
const stacks = join(folder, "stacks.js");
writeFileSync(
  stacks,
  `let asked = 0;
Error.prepareStackTrace = () => { asked++; return "mapped"; };
function debuggablePromise() { return new Error().stack; }
class Resource { static callsites() { return new Error().stack; } }
function other() { return new Error().stack; }
const saved = Error.prepareStackTrace;
Error.prepareStackTrace = () => "for a while";
const meanwhile = other();
Error.prepareStackTrace = saved;
console.log(JSON.stringify([debuggablePromise(), Resource.callsites(), other(), meanwhile, asked]));
Error.prepareStackTrace = undefined;
console.log(other().includes("at other"));
`,
);

/** Loads the SDK, says whether npm's resolver came along, and asks for what needs it: the packages of a closure. */
const closure = join(folder, "closure.js");
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
writeFileSync(
  closure,
  `const { runtime } = require("@pulumi/pulumi");
const isLoaded = () => Object.keys(require.cache).some((file) => /arborist/.test(file));
const atFirst = isLoaded();
process.chdir(${JSON.stringify(ROOT)});
runtime.computeCodePaths({}).then((paths) => {
  const found = [...paths.keys()].some((path) => path.endsWith("node_modules/commander"));
  console.log(JSON.stringify([atFirst, found, isLoaded()]));
});
`,
);

async function linesOf(script: string, env: Record<string, string | undefined> = {}): Promise<string[]> {
  const lines: string[] = [];
  const child = startChild({ script, args: [], cwd: folder, env, onLine: ({ text }) => lines.push(text) });
  assert.deepEqual(await child.exited, { code: 0, signal: null });
  return lines;
}

describe("a program's process", () => {
  it("maps no stack of a promise or a resource that nobody reads, and every other", async () => {
    const lines = await linesOf(stacks, { PULUMI_DEBUG_PROMISE_LEAKS: undefined });
    assert.deepEqual(lines, ['["","","mapped","for a while",1]', "true"]);
  });

  it("maps them all for whoever looks for leaks of promises", async () => {
    const lines = await linesOf(stacks, { PULUMI_DEBUG_PROMISE_LEAKS: "1" });
    assert.deepEqual(lines, ['["mapped","mapped","mapped","for a while",3]', "true"]);
  });

  it("loads npm's resolver of packages for who asks for the packages of a closure, and for nobody else", async () => {
    assert.deepEqual(await linesOf(closure), ["[false,true,true]"]);
  });
});
