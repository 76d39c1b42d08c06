import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { RunResult } from "../../../rehearsal/engine";
import { typescriptPlugin, withPlugin } from "./componentPlugin";

/** Steps that do something, as `op name`. */
const done = ({ steps }: RunResult): string[] =>
  steps.filter(({ op, custom }) => op !== "same" && custom).map(({ op, name }) => `${op} ${name}`);
const found = (run: RunResult, name: string) => run.resources.find((resource) => resource.name === name);
const errors = ({ diagnostics }: RunResult): string[] =>
  diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);

describe("components of a plugin", { concurrency: 2 }, () => {
  it("are made with their children, whose parent they are, and answer the program", () =>
    withPlugin(
      `const p = new Pair("p", { note: "n" }); exports.ref = p.ref; exports.said = p.say({ say: "hello" });
       new Thing("after", { of: p.ref });`,
      async (session, _, calls) => {
        const preview = await session.preview();
        assert.deepEqual([preview.exit, errors(preview), calls], [0, [], []]);
        const up = await session.up();
        const said = { token: "comp:index:Pair/say", echo: "hello", project: "program", dry: false };
        assert.deepEqual([up.exit, up.stackOutputs], [0, { ref: "ref-p-left", said }]);
        const pair = found(up, "p");
        assert.deepEqual(pair?.outputs, { note: "n", ref: "ref-p-left" });
        assert.deepEqual(
          up.resources.filter(({ parent }) => parent === pair?.urn).map(({ urn }) => urn.split("::")[2]),
          ["comp:index:Pair$lab:index:Thing", "comp:index:Pair$lab:index:Thing"],
        );
        assert.deepEqual(found(up, "after")?.dependsOn, [found(up, "p-left")?.urn, pair?.urn]);
        assert.deepEqual(calls, ["create p-left", "create p-right", "create after"]);
        const [said1] = up.diagnostics;
        assert.deepEqual([said1?.severity, said1?.urn, said1?.message], ["warning", pair?.urn, "a pair is made"]);
      },
    ));

  it("change, replace and lose children like any resources, and go with the stack", () =>
    withPlugin(`new Pair("p", { kind: "a" });`, async (session, project, calls) => {
      await session.up();
      assert.deepEqual(done(await session.up()), []);
      project.write(`new Pair("p", { kind: "b", single: true });`);
      assert.deepEqual(done(await session.preview()).sort(), [
        "create-replacement p-left",
        "delete p-right",
        "delete-replaced p-left",
        "replace p-left",
      ]);
      await session.up();
      project.write("");
      assert.deepEqual(done(await session.up()).sort(), ["delete default", "delete default", "delete p-left"]);
      project.write(`new Pair("q", {});`);
      await session.up();
      assert.equal((await session.destroy()).exit, 0);
      assert.deepEqual(session.deployment().deployment.resources ?? [], []);
      const deleted = calls.filter((call) => call.startsWith("delete")).map((call) => call.split(" ")[1]);
      assert.deepEqual(deleted, ["p-right", "p-left", "p-left", "q-right", "q-left"]);
    }));

  it("keep secrets secret, in their outputs and in the state", () =>
    withPlugin(
      `const p = new Pair("p", { note: pulumi.secret("hidden words") }); exports.note = p.note;
       exports.said = p.say({ say: pulumi.secret("other words") }); p.note.apply((note) => console.log("it is " + note));`,
      async (session) => {
        const up = await session.up();
        assert.equal(up.exit, 0);
        const { resources } = session.deployment().deployment;
        assert.doesNotMatch(JSON.stringify([up, resources]), /hidden words|other words/);
        assert.ok(up.log.some(({ text }) => text === "it is [secret]"));
      },
    ));

  it("are previewed with unknown inputs, and without children while their provider cannot be configured", () =>
    withPlugin(
      `const first = new Thing("first", {}); new Pair("p", { note: first.ref });
       class Comp extends pulumi.ProviderResource { constructor(n, a) { super("comp", n, a); } }
       new Pair("late", {}, { provider: new Comp("late", { token: first.ref }) });`,
      async (session) => {
        const preview = await session.preview();
        assert.deepEqual([preview.exit, errors(preview)], [0, []]);
        assert.deepEqual(found(preview, "p-left")?.dependsOn, [found(preview, "first")?.urn]);
        const [late, children] = [found(preview, "late-left"), found(preview, "p-right")];
        assert.deepEqual([late, children?.parent], [undefined, found(preview, "p")?.urn]);
        const up = await session.up();
        assert.deepEqual([up.exit, found(up, "late-left")?.id !== ""], [0, true]);
      },
    ));

  it("hand their options, transforms, aliases and providers down to their children", () =>
    withPlugin(
      `const lab = new Lab("mine"); const first = new Thing("first", {});
       pulumi.runtime.registerResourceTransform(({ name, props, opts }) => name === "p-left" ? { props: { ...props, by: "stack" }, opts } : undefined);
       const own = ({ type, name, props, opts }) => { console.log("own " + name); return type === "lab:index:Thing" ? { props: { ...props, own: true }, opts } : undefined; };
       new Pair("p", {}, { providers: [lab], protect: true, dependsOn: first, transforms: [own] });`,
      async (session, project) => {
        const up = await session.up();
        assert.deepEqual([up.exit, errors(up)], [0, []]);
        const [left, right] = [found(up, "p-left"), found(up, "p-right")];
        assert.deepEqual(
          [left?.inputs, right?.inputs],
          [
            { by: "stack", own: true },
            { of: "ref-p-left", own: true },
          ],
        );
        for (const child of [left, right]) {
          assert.deepEqual([child?.protect, child?.provider.split("::").at(-2)], [true, "mine"]);
        }
        assert.deepEqual(found(up, "p")?.dependsOn, [found(up, "first")?.urn]);
        // Once as the program asks for it, once as the plugin registers it.
        assert.equal(up.log.filter(({ text }) => text === "own p").length, 2);
        project.write(
          `const lab = new Lab("mine"); new Thing("first", {}); new Pair("q", {}, { providers: [lab], aliases: [{ name: "p" }] });`,
        );
        const renamed = await session.up();
        const steps = done(renamed).filter((step) => /-(left|right)/.test(step));
        assert.deepEqual([steps.sort(), errors(renamed)], [["update q-left", "update q-right"], []]);
      },
    ));

  for (const [code, expected] of [
    [`new Pair("p", { fail: true });`, /^comp:index:Pair resource 'p' has a problem: cannot be made with good$/m],
    [
      `new Pair("p", { fail: "input", kind: "odd" });`,
      /^comp:index:Pair resource 'p' has a problem: \n\t\t- property kind with value '\{odd\}' has a problem: is not to my taste$/m,
    ],
    [
      `new Pair("p", { fail: "input", kind: pulumi.secret("oddity") });`,
      /- property kind with value '\{\[secret\]\}' has a problem/,
    ],
    [
      `new Pair("p", { die: true });`,
      /^comp:index:Pair resource 'p' has a problem: the plugin comp in \S+ ended \(exit 3\)$/m,
    ],
    [
      `new pulumi.ComponentResource("comp:index:Other", "o", {}, {}, true);`,
      /^comp:index:Other resource 'o' has a problem: unknown resource type comp:index:Other$/m,
    ],
    [`new Pair("p", {}).say({ fail: true });`, /^call to function 'comp:index:Pair\/say' failed: no answer$/m],
  ] as const) {
    it(`end the run with their own words: ${code}`, () =>
      withPlugin(
        code,
        async (session) => {
          const up = await session.up();
          assert.deepEqual([up.exit, up.failure], [1, "resource"]);
          assert.match(errors(up).join("\n"), expected);
          assert.equal(errors(up).length, 1);
        },
        { config: { mood: "good" } },
      ));
  }

  it("are classes of TypeScript that the SDK serves itself, too", () =>
    withPlugin(
      `class Named extends pulumi.ComponentResource { constructor(n, a) { super("comp:index:Named", n, { ref: undefined, ...a }, { version: "0.0.0" }, true); } }
       exports.ref = new Named("n", { note: "words" }).ref;`,
      async (session) => {
        const up = await session.up();
        assert.deepEqual([up.exit, errors(up), up.stackOutputs], [0, [], { ref: "ref-n-thing" }]);
        assert.deepEqual(found(up, "n-thing")?.inputs, { note: "words" });
      },
      {},
      typescriptPlugin,
    ));

  it("tell the program what a method refuses", () =>
    withPlugin(`new Pair("p", {}).say({ refuse: true });`, async (session) => {
      const up = await session.up();
      assert.equal(up.exit, 1);
      assert.match(errors(up).join("\n"), /as asked/);
    }));

  it("fail with the child that fails, and keep what was made before", () =>
    withPlugin(
      `new Pair("p", {}, { transforms: [({ name, props, opts }) => name === "p-right" ? { props: { ...props, fail: "create" }, opts } : undefined] });`,
      async (session) => {
        const up = await session.up();
        assert.deepEqual([up.exit, up.failure, errors(up)[0]], [1, "resource", "cannot create with undefined"]);
        const left = session.deployment().deployment.resources?.map(({ urn }) => urn.split("::").at(-1));
        assert.ok(left?.includes("p-left") && !left.includes("p-right"), String(left));
      },
    ));

  it("are given up when the user stops the run, and leave no process", () => {
    const stop = new AbortController();
    let made = false;
    return withPlugin(
      `new Pair("p", { hang: true });`,
      async (session, { dir }) => {
        const running = session.up();
        for (let i = 0; i < 600 && !made; i++) await wait(50);
        stop.abort();
        const up = await running;
        assert.deepEqual([up.exit, up.failure], [1, "interrupted"]);
        assert.ok(session.deployment().deployment.resources?.some(({ urn }) => urn.endsWith("::p-right")));
        const left = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
        assert.deepEqual(
          left.filter((line) => line.includes(dir)),
          [],
        );
      },
      {
        signal: stop.signal,
        onEvent: (event) => {
          made ||= event.kind === "stepEnd" && event.step.name === "p-right";
        },
      },
    );
  });

  it("have the hooks called that the program gave them", () =>
    withPlugin(
      `const say = (name) => new pulumi.ResourceHook(name, (a) => console.log(name, a.name, a.newOutputs ? a.newOutputs.ref : ""));
       new Pair("p", { note: "n" }, { hooks: { beforeCreate: [say("before")], afterCreate: [say("after")] } });`,
      async (session) => {
        const { log, exit } = await session.up();
        assert.equal(exit, 0);
        assert.deepEqual(
          log.map(({ text }) => text.trim()),
          ["before p", "after p ref-p-left"],
        );
      },
    ));
});
