import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { type LogLine, startChild } from "../../../rehearsal/engine/children";

const ROOT = join(__dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "multisite-children-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Maps stacks as ts-node does; says how many lines of them were mapped for a promise, a resource and an error of its own. */
const stacks = join(folder, "stacks.js");
writeFileSync(
  stacks,
  `const pulumi = require("@pulumi/pulumi");
const { debuggablePromise, leakedPromises } = require("@pulumi/pulumi/runtime/debuggable");
let mapped = 0;
Error.prepareStackTrace = (error, trace) => { mapped += trace.length; return error + trace.map((one) => "\\n    at " + one).join(""); };
const promise = debuggablePromise(Promise.resolve(42), "ours");
const forPromise = mapped;
const positions = pulumi.Resource.callsites().length;
const forResource = mapped - forPromise;
const leaked = leakedPromises()[0].size;
(function thrown() {
  console.log(JSON.stringify([forPromise > 0, positions > 0, forResource > 0, leaked, new Error("own").stack.includes("thrown")]));
})();
promise.then(console.log);
`,
);

/** Says in a script which modules, by a part of their path, were loaded: what only stands in for one is no module. */
const loadedOf = (parts: readonly string[]) => `const loaded = () => ${JSON.stringify(parts)}.map((part) =>
  Object.entries(require.cache).some(([file, found]) => file.includes(part) && found instanceof module.constructor));`;

/** Loads the SDK, asks for the packages of a closure, then for its text, and says after each which of both came along. */
const closure = join(folder, "closure.js");
symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
writeFileSync(
  closure,
  `const { runtime } = require("@pulumi/pulumi");
${loadedOf(["arborist/lib", "typescript/lib"])}
(async () => {
  const atFirst = loaded();
  process.chdir(${JSON.stringify(ROOT)});
  const packages = await runtime.computeCodePaths({});
  const withPackages = loaded();
  const { text } = await runtime.serializeFunction(() => 42);
  const found = [[...packages.keys()].some((path) => path.endsWith("node_modules/commander")), text.includes("42")];
  console.log(JSON.stringify([atFirst, withPackages, loaded(), found]));
})();
`,
);

/** Loads the SDK, begins a trace, then asks for the Automation API, and says after each which of both came along. */
const traced = join(folder, "traced.js");
writeFileSync(
  traced,
  `const { automation } = require("@pulumi/pulumi");
const tracing = require("@pulumi/pulumi/cmd/run/tracing");
${loadedOf(["exporter-zipkin/build", "automation/localWorkspace"])}
const atFirst = loaded();
tracing.start("http://127.0.0.1:9/api/v2/spans");
const span = tracing.newSpan("first");
const withTrace = loaded();
const isClass = automation.LocalWorkspace.prototype.constructor === automation.LocalWorkspace;
console.log(JSON.stringify([atFirst, withTrace, loaded(), [span.isRecording(), isClass]]));
process.exit();
`,
);

/** Says of how many messages the SDK's copy of google-protobuf makes JSON. */
const messages = join(folder, "messages.js");
writeFileSync(
  messages,
  `const { Message } = require("google-protobuf");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { initialize } = Message;
let made = 0;
Message.initialize = (...given) => { made += 1; initialize(...given); };
Struct.deserializeBinary(Struct.fromJavaScript({ one: [{ below: [] }] }).serializeBinary()).toJavaScript();
console.log(made);
`,
);

/** Says with which texts what is for whoever debugs, and what is for everybody, is told to the engine. */
const telling = join(folder, "telling.js");
writeFileSync(
  telling,
  `const { log, runtime } = require("@pulumi/pulumi");
const { LogRequest } = require("@pulumi/pulumi/proto/engine_pb");
const { serializeBinary } = LogRequest.prototype;
const told = [];
LogRequest.prototype.serializeBinary = function () {
  told.push(this.getMessage());
  return serializeBinary.call(this);
};
runtime.resetOptions("project", "stack", 1, "127.0.0.1:9", "127.0.0.1:9", false, "");
log.debug("never mind").then(() => log.warn("mind")).then(() => {
  console.log(JSON.stringify(told));
  process.exit();
});
`,
);

/** What the SDK does before it runs a program, where there is no tsconfig.json; then modules in JavaScript and in TypeScript. */
const compiling = join(folder, "compiling.js");
writeFileSync(join(folder, "plain.js"), "module.exports = 1;\n");
writeFileSync(join(folder, "typed.ts"), "const two: number = 2;\nexport = two;\n");
writeFileSync(join(folder, "wrong.ts"), "const one: number = 'one';\nexport = one;\n");
writeFileSync(
  compiling,
  `const utils = require("@pulumi/pulumi/tsutils");
const { typescriptRequire, tsnodeRequire } = utils.typeScriptRequireStrings();
const { version } = require(typescriptRequire);
require(tsnodeRequire).register({ compiler: typescriptRequire, skipProject: true, compilerOptions: { target: "ES2020" } });
const own = require.extensions[".ts"];
let passed = 0;
require.extensions[".ts"] = (...file) => { passed += 1; return own(...file); };
${loadedOf(["typescript/lib"])}
const plain = [require("./plain"), ...loaded()];
const typed = [require("./typed"), ...loaded(), version === require("typescript").version];
let refused = "";
try { require("./wrong"); } catch (error) { refused = error.name; }
console.log(JSON.stringify([plain, typed, refused, passed]));
process.exit();
`,
);

async function linesOf(script: string, env: Record<string, string | undefined> = {}): Promise<string[]> {
  const lines: string[] = [];
  const onLine = ({ stream, text }: LogLine) => stream === "stdout" && lines.push(text);
  const child = startChild({ script, args: [], cwd: folder, env, onLine });
  assert.deepEqual(await child.exited, { code: 0, signal: null });
  return lines;
}

describe("a program's process", () => {
  it("has ended also where one that it left behind keeps its output open", { timeout: 30_000 }, async () => {
    const script = join(folder, "leaving.js");
    writeFileSync(
      script,
      `const left = require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], { detached: true, stdio: "inherit" });
left.unref();
console.log(left.pid);
`,
    );
    const [pid] = await linesOf(script);
    process.kill(Number(pid), "SIGKILL");
  });

  it("captures no stack of a promise or a resource that nobody reads, every other, and what is left pending", async () => {
    const lines = await linesOf(stacks, { PULUMI_DEBUG_PROMISE_LEAKS: undefined });
    assert.deepEqual(lines, ["[false,false,false,1,true]", "42"]);
  });

  it("captures them all for whoever looks for leaks of promises", async () => {
    const lines = await linesOf(stacks, { PULUMI_DEBUG_PROMISE_LEAKS: "1" });
    assert.deepEqual(lines, ["[true,true,true,1,true]", "42"]);
  });

  it("makes one message of JSON to write it, and one to read it", async () => {
    assert.deepEqual(await linesOf(messages), ["2"]);
  });

  it("tells the engine no texts that only whoever debugs would read, but that there are some", async () => {
    assert.deepEqual(await linesOf(telling), ['["","mind"]']);
  });

  it("loads for who has a closure what only closures need, and for nobody else", async () => {
    assert.deepEqual(await linesOf(closure), ["[[false,false],[true,false],[true,true],[true,true]]"]);
  });

  it("loads TypeScript for the first file that is written in it, around which others may have laid handlers", async () => {
    assert.deepEqual(await linesOf(compiling), ['[[1,false],[2,true,true],"TSError",2]']);
  });

  it("loads for who traces or runs programs itself what only these need, and for nobody else", async () => {
    assert.deepEqual(await linesOf(traced), ["[[false,false],[true,false],[true,true],[true,true]]"]);
  });
});
