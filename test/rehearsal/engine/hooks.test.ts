import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RunResult } from "../../../rehearsal/engine";
import { labSource, withLab } from "./lab";

/** A hook `say` that tells what it was told, and one that fails. */
const hooks = `
const say = (name, options) => new pulumi.ResourceHook(name, (a) => {
  const sides = ["newInputs", "oldInputs", "newOutputs", "oldOutputs"].filter((side) => a[side] !== undefined);
  console.log(name, a.name, a.type, a.id || "-", sides.join("+"));
}, options);
const fail = (name, options) => new pulumi.ResourceHook(name, () => { throw new Error("no, " + name); }, options);
const everything = (on) => ({
  beforeCreate: [say("bc")], afterCreate: [say("ac")], beforeUpdate: [say("bu")], afterUpdate: [say("au")],
  beforeDelete: [say("bd")], afterDelete: [say("ad")],
});
`;

const told = ({ log }: RunResult): string[] => log.map(({ text }) => text);
const messages = ({ diagnostics }: RunResult): string[] =>
  diagnostics.map(({ severity, message }) => `${severity}: ${message}`);
const things = ({ steps }: RunResult): string[] =>
  steps.filter(({ type }) => type.startsWith("lab:")).map(({ op }) => op);

describe("hooks", { concurrency: 2 }, () => {
  it("are called before and after what is done, and are told both sides of it", () => {
    const program = (props: string) => `${hooks} new Thing("a", ${props}, { hooks: everything() });`;
    return withLab(program(`{ size: 1 }`), async (session, project) => {
      assert.deepEqual(told(await session.preview()), [], "a preview calls those alone that ask for it");
      assert.deepEqual(told(await session.up()), [
        "bc a lab:index:Thing - newInputs",
        "ac a lab:index:Thing id-a-1 newInputs+newOutputs",
      ]);
      assert.deepEqual(told(await session.up()), []);
      project.write(program(`{ size: 2 }`));
      assert.deepEqual(told(await session.up()), [
        "bu a lab:index:Thing id-a-1 newInputs+oldInputs+oldOutputs",
        "au a lab:index:Thing id-a-1 newInputs+oldInputs+newOutputs+oldOutputs",
      ]);
      project.write(`${hooks} everything();`);
      assert.deepEqual(told(await session.up()), [
        "bd a lab:index:Thing id-a-1 oldInputs+oldOutputs",
        "ad a lab:index:Thing id-a-1 oldInputs+oldOutputs",
      ]);
    });
  });

  it("of a component are called before its children are made, and after its outputs are known", () =>
    withLab(
      `${hooks}
      class Pair extends pulumi.ComponentResource {
        constructor(n, a, o) {
          super("lab:index:Pair", n, a, o);
          const child = new Thing("child", {}, { parent: this, hooks: { afterCreate: [say("child")] } });
          this.registerOutputs({ ref: child.ref });
        }
      }
      const after = new pulumi.ResourceHook("ac", (a) => console.log("ac", a.name, a.newOutputs.ref));
      new Pair("p", {}, { hooks: { beforeCreate: [say("bc")], afterCreate: [after] } });`,
      async (session) => {
        const { log, exit } = await session.up();
        assert.equal(exit, 0);
        assert.deepEqual(
          log.map(({ text }) => text.split(" ").slice(0, 3).join(" ")),
          ["bc p lab:index:Pair", "child child lab:index:Thing", "ac p ref-child"],
        );
      },
    ));

  it("that fail before an operation keep it from taking place, and after it end the run", () =>
    withLab(
      `${hooks} new Thing("a", {}, { hooks: { beforeCreate: [fail("early")] } });`,
      async (session, project, calls) => {
        const early = await session.up();
        assert.deepEqual([early.exit, calls], [1, []]);
        assert.match(messages(early).join("\n"), /error: before hook "early" failed: .*no, early/);
        project.write(
          `${hooks} const a = new Thing("a", {}, { hooks: { afterCreate: [fail("late")] } }); new Thing("b", { from: a.ref });`,
        );
        const late = await session.up();
        assert.deepEqual([late.exit, calls], [1, ["create a"]]);
        assert.match(messages(late).join("\n"), /error: after hook "late" failed: .*no, late/);
        assert.deepEqual(things(await session.preview()), ["same", "create"], "what was made is known");
      },
    ));

  it("whose errors are ignored warn, and those that ask for it are called in previews", () =>
    withLab(
      `${hooks} new Thing("a", {}, { hooks: { beforeCreate: [fail("weak", { onDryRun: true, ignoreErrors: true })] } });`,
      async (session) => {
        for (const result of [await session.preview(), await session.up()]) {
          assert.equal(result.exit, 0);
          assert.match(messages(result).join("\n"), /^warning: BeforeCreate hook "weak" failed: .*no, weak/);
        }
      },
    ));

  it("on errors have an operation tried again until they want it no more", () => {
    let tries = 0;
    const calls: string[] = [];
    const source = labSource(calls, (own) => ({
      create: (request) => {
        if (request.preview || ++tries === 3) return own.create(request);
        throw new Error(`try ${tries}`);
      },
    }));
    return withLab(
      `const again = new pulumi.ErrorHook("again", (a) => { console.log(a.failedOperation, a.errors.join(", ")); return a.errors.length < 5; });
      new Thing("a", {}, { hooks: { onError: [again] } });`,
      async (session, project) => {
        const up = await session.up();
        assert.equal(up.exit, 0);
        assert.deepEqual(told(up), ["create try 1", "create try 2, try 1"]);
        assert.deepEqual(messages(up), [
          "warning: retrying create due to on-error hook request (1/100)",
          "warning: retrying create due to on-error hook request (2/100)",
        ]);
        tries = Number.NEGATIVE_INFINITY;
        project.write(
          `const never = new pulumi.ErrorHook("never", () => false); new Thing("b", {}, { hooks: { onError: [never] } });`,
        );
        const failed = await session.up();
        assert.equal(failed.exit, 1);
        assert.match(messages(failed)[0] ?? "", /^error: .*try -Infinity/);
      },
      { sources: [source] },
    );
  });

  it("that nobody registered are named, and a destruction without the program refuses what has some", () =>
    withLab(
      `${hooks} new Thing("a", {}, { hooks: { beforeDelete: [say("bd")], afterDelete: [say("ad")] } });`,
      async (session, project, calls) => {
        await session.up();
        const destroyed = await session.destroy();
        assert.equal(destroyed.exit, 1);
        assert.match(messages(destroyed).join("\n"), /the program is not running\. Hooks: bd, ad\n.*and run `up`/);
        project.write("");
        const up = await session.up();
        assert.equal(up.exit, 1);
        assert.match(messages(up).join("\n"), /hook "bd" was not registered/);
        assert.deepEqual(calls, ["create a"]);
      },
    ));
});
