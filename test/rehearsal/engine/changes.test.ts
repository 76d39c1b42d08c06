import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Deployment, RunResult } from "../../../rehearsal/engine";
import { withLab } from "./lab";

const ops = (result: RunResult): string[] =>
  result.steps.filter(({ type }) => type === "lab:index:Thing").map(({ op, name }) => `${op} ${name}`);
const ok = (result: RunResult): RunResult => {
  assert.deepEqual(result.diagnostics, []);
  assert.equal(result.exit, 0);
  return result;
};

describe("changes of a program", { concurrency: 2 }, () => {
  it("makes a replacement before it deletes what was replaced, and updates what depends on it between", () =>
    withLab(
      `const a = new Thing("a", { kind: "x" }); new Thing("b", { from: a.ref });`,
      async (session, project, calls) => {
        ok(await session.up());
        project.write(`const a = new Thing("a", { kind: "y" }); new Thing("b", { from: a.ref });`);
        const preview = ok(await session.preview());
        assert.deepEqual(ops(preview), ["create-replacement a", "replace a", "update b", "delete-replaced a"]);
        calls.length = 0;
        ok(await session.up());
        assert.deepEqual(calls, ["create a", "delete a id-a-1"]);
        assert.deepEqual(ops(ok(await session.preview())), ["same a", "same b"]);
      },
    ));

  it("deletes first the dependants that the loss would replace, when a resource is deleted before it is replaced", () => {
    const program = (kind: string): string =>
      `const a = new Thing("a", { kind: "${kind}" }, { deleteBeforeReplace: true });
       const b = new Thing("b", { kind: a.ref }); new Thing("c", { size: a.ref }); new Thing("d", {}, { dependsOn: [b] });`;
    return withLab(program("x"), async (session, project, calls) => {
      ok(await session.up());
      project.write(program("y"));
      calls.length = 0;
      ok(await session.up());
      assert.deepEqual(calls.slice(0, 3), ["delete b id-b-2", "delete a id-a-1", "create a"]);
      assert.ok(calls.includes("create b"), "b is made again");
      assert.ok(!calls.some((call) => call.includes(" c") || call.includes(" d")), `c and d stay: ${calls.join(", ")}`);
      assert.equal(
        session.deployment().deployment.resources?.filter(({ type }) => type === "lab:index:Thing").length,
        4,
      );
    });
  });

  it("refuses to delete and to replace what is protected, and reports all of it at once", () =>
    withLab(
      `new Thing("a", { kind: "x" }, { protect: true }); new Thing("b", {}, { protect: true }); new Thing("c", {}, { protect: true });`,
      async (session, project, calls) => {
        ok(await session.up());
        project.write(`new Thing("a", { kind: "y" }, { protect: true });`);
        calls.length = 0;
        const preview = await session.preview();
        assert.equal(preview.exit, 1);
        assert.deepEqual(preview.diagnostics.map(({ urn }) => urn.split("::").pop()).sort(), ["", "a", "b", "c"]);
        const up = await session.up();
        assert.equal(up.exit, 1);
        assert.match(
          up.diagnostics[0]?.message ?? "",
          /unable to replace resource .*\nas it is currently marked for protection/,
        );
        assert.deepEqual(calls, []);
        const destroyed = await session.destroy();
        assert.equal(
          destroyed.diagnostics.filter(({ message }) => message.includes("because it is protected")).length,
          3,
        );
        // Recorded from the real engine: a destruction that failed ends with the line of an update.
        assert.equal(destroyed.diagnostics.at(-1)?.message, "update failed");
      },
    ));

  it("blames what is to be replaced when something protected would go with it", () => {
    const program = (kind: string): string =>
      `const a = new Thing("a", { kind: "${kind}" }, { deleteBeforeReplace: true });
       new Thing("b", { kind: a.ref }, { protect: true });`;
    return withLab(program("x"), async (session, project) => {
      ok(await session.up());
      project.write(program("y"));
      const [first] = (await session.preview()).diagnostics;
      // Recorded from the real engine.
      assert.match(first?.urn ?? "", /::a$/);
      assert.match(first?.message ?? "", /^unable to replace resource "[^"]*::b" as part of replacing "[^"]*::a" /);
    });
  });

  it("deletes what a failed replacement of its provider left behind, with the provider that made it", () => {
    const program = (account: string, fail: string): string =>
      `const provider = new Lab("lab", { account: "${account}" }); new Thing("a", { fail: "${fail}" }, { provider });`;
    return withLab(program("1", ""), async (session, project, calls) => {
      ok(await session.up());
      project.write(program("2", "create"));
      assert.equal((await session.up()).exit, 1);
      calls.length = 0;
      ok(await session.destroy());
      assert.deepEqual(calls, ["delete a id-a-1"]);
      assert.deepEqual(session.deployment().deployment.resources ?? [], []);
    });
  });

  it("keeps what was renamed, moved under a parent or given another type by an alias", () =>
    withLab(
      `new Thing("old", { size: 1 }); new Thing("flat", { size: 1 }); const was = new Box("was", {}); new Thing("was-child", { size: 1 }, { parent: was });`,
      async (session, project) => {
        ok(await session.up());
        project.write(`new Thing("fresh", { size: 1 }, { aliases: [{ name: "old" }] });
          const box = new Box("is", {}, { aliases: [{ name: "was" }] });
          new Thing("is-child", { size: 1 }, { parent: box });
          new Thing("flat", { size: 1 }, { parent: box, aliases: [{ parent: pulumi.rootStackResource }] });`);
        assert.deepEqual(ops(ok(await session.up())).sort(), ["same flat", "same fresh", "same is-child"]);
        // The real engine renames what refers to a resource, and then forgets its former URN.
        assert.ok(session.deployment().deployment.resources?.every((resource) => !("aliases" in resource)));
        assert.deepEqual(ops(ok(await session.preview())).sort(), ["same flat", "same fresh", "same is-child"]);
      },
    ));

  it("discards what was only read, and keeps in the state which differences are hidden", () =>
    withLab(
      `new Thing("read", {}, { id: "there" }); new Thing("owned", {}, { id: "there" });
       new Thing("hidden", { size: 1 }, { hideDiffs: ["size"] });`,
      async (session, project, calls) => {
        ok(await session.up());
        const hidden = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::hidden"));
        assert.deepEqual(hidden?.hideDiff, ["size"]);
        project.write(`new Thing("owned", { size: 1 });`);
        calls.length = 0;
        // Recorded from the real engine.
        assert.deepEqual(ops(ok(await session.up())).sort(), [
          "create-replacement owned",
          "delete hidden",
          "discard read",
          "discard-replaced owned",
          "replace owned",
        ]);
        assert.deepEqual(calls, ["create owned", "delete hidden id-hidden-1"]);
      },
    ));

  it("destroys in reverse order of dependencies, children before what their component depends on", () =>
    withLab(
      `const a = new Thing("a", {}); const box = new Box("box", {}, { dependsOn: [a] });
       const b = new Thing("b", {}, { parent: box, dependsOn: [a] }); new Thing("c", {}, { dependsOn: [box] });
       new Thing("kept", {}, { retainOnDelete: true }); new Thing("with", {}, { deletedWith: a });`,
      async (session, _project, calls) => {
        ok(await session.up());
        calls.length = 0;
        ok(await session.destroy());
        const order = calls.map((call) => call.split(" ")[1]);
        assert.deepEqual([...order].sort(), ["a", "b", "c"]);
        assert.ok(order.indexOf("c") < order.indexOf("b") && order.indexOf("b") < order.indexOf("a"), order.join(" "));
        assert.deepEqual(session.deployment().deployment.resources, []);
      },
    ));

  it("keeps what a failed creation left behind, and completes it by an update", () =>
    withLab(`new Thing("a", { fail: "half" });`, async (session, project, calls) => {
      const failed = await session.up();
      assert.deepEqual(
        failed.diagnostics.map(({ message }) => message),
        ["1 error occurred:\n\t* only half done", "update failed"],
      );
      const left = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
      assert.deepEqual([left?.id, left?.initErrors], ["id-a", ["only half done"]]);
      project.write(`new Thing("a", { fail: "half" });`);
      ok(await session.up());
      assert.deepEqual(calls, ["create a", "update a"]);
    }));

  it("deletes what was replaced in the end, though the replacement was left half done", () =>
    withLab(`new Thing("a", { kind: "one" });`, async (session, project, calls) => {
      ok(await session.up());
      project.write(`new Thing("a", { kind: "two", fail: "half" });`);
      assert.equal((await session.up()).exit, 1);
      const states = (session.deployment().deployment.resources ?? []).filter(({ urn }) => urn.endsWith("::a"));
      assert.deepEqual(
        states.map(({ delete: isDoomed }) => isDoomed === true),
        [false, true],
      );
      ok(await session.up());
      assert.deepEqual(calls, ["create a", "create a", "update a", "delete a id-a-1"]);
      assert.equal(
        (session.deployment().deployment.resources ?? []).filter(({ urn }) => urn.endsWith("::a")).length,
        1,
      );
    }));

  it("replaces what its replaceWith names, and what its trigger changed for", () => {
    const program = (kind: string, trigger: string): string =>
      `const a = new Thing("a", { kind: "${kind}" }); new Thing("b", { size: 1 }, { replaceWith: [a] });
       new Thing("c", { size: 1 }, { replacementTrigger: "${trigger}" });`;
    return withLab(program("x", "1"), async (session, project) => {
      ok(await session.up());
      project.write(program("y", "2"));
      const replaced = ops(ok(await session.up()))
        .filter((op) => op.startsWith("replace"))
        .sort();
      assert.deepEqual(replaced, ["replace a", "replace b", "replace c"]);
    });
  });

  it("compares triggers as the real engine does, secrets as if they had no value yet", () => {
    const program = (n: number): string =>
      `const trigger = (name, replacementTrigger) => new Thing(name, {}, { replacementTrigger });
       trigger("object", { x: ${n} }); trigger("list", [${n}]); trigger("no", ${n} === 1); trigger("gone", ${n} === 1 ? 1 : undefined);
       trigger("secret", pulumi.secret({ x: ${n} })); trigger("within", { s: pulumi.secret("s") }); trigger("null", { n: null });
       trigger("open", ${n} === 1 ? pulumi.secret("s") : "s"); trigger("file", new pulumi.asset.StringAsset("${n}"));`;
    return withLab(program(1), async (session, project) => {
      const replaced = async () =>
        ops(ok(await session.up()))
          .flatMap((op) => /^replace (.*)/.exec(op)?.[1] ?? [])
          .sort();
      assert.deepEqual(await replaced(), []);
      // Recorded from the real engine.
      assert.deepEqual(await replaced(), ["within"]);
      project.write(program(2));
      assert.deepEqual(await replaced(), ["file", "list", "no", "object", "within"]);
      const kept = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::no"));
      assert.equal(kept?.replacementTrigger, false);
    });
  });

  it("replaces the resources of a provider whose account changed, and no others, not even where it is a secret now", () => {
    const program = (account: string): string =>
      `const p = new Lab("p", { account: "${account}" }); new Thing("a", { size: 1 }, { provider: p }); new Thing("b", { size: 1 });
       const q = new Lab("q", { account: ${account === "one" ? '"x"' : 'pulumi.secret("x")'} }); new Thing("c", { size: 1 }, { provider: q });`;
    return withLab(program("one"), async (session, project) => {
      ok(await session.up());
      project.write(program("two"));
      const steps = ops(ok(await session.up()));
      assert.ok(steps.includes("replace a") && steps.includes("same b") && steps.includes("same c"), steps.join(", "));
    });
  });

  it("makes what is to be imported, and says so once", () =>
    withLab(`new Thing("a", {}, { import: "x" });`, async (session, _, calls) => {
      const told = "is made and not imported (id x): in a rehearsal there is nothing yet that could be imported";
      for (const result of [await session.preview(), await session.up()]) {
        assert.equal(result.exit, 0);
        assert.deepEqual(
          result.diagnostics.map(({ severity, message }) => `${severity}: ${message}`),
          [`info: ${told}`],
        );
      }
      assert.deepEqual(calls, ["import a"]);
      assert.deepEqual(ops(ok(await session.up())), ["same a"]);
      assert.equal(session.deployment().deployment.resources?.at(-1)?.importID, "x");
    }));

  it("warns of what a provider cannot say before its own inputs are known", () => {
    const program = (kind: string, size: number) => `
      const account = new Thing("account", { kind: "${kind}" });
      const provider = new Lab("lab", { tag: account.ref });
      new Thing("there", { size: ${size} }, { provider });`;
    return withLab(program("one", 1), async (session, project) => {
      ok(await session.up());
      project.write(program("two", 2));
      const { diagnostics } = await session.preview();
      assert.deepEqual(
        diagnostics.map(({ severity, urn }) => [severity, urn.split("::").at(-1)]),
        [["warning", "there"]],
      );
      assert.match(diagnostics[0]!.message, /^The provider for this resource has inputs that are not known/);
      assert.deepEqual(ok(await session.up()).diagnostics, []);
    });
  });

  it("keeps what was put into a stash first, until it is replaced", () => {
    const program = (input: string, options = "{}") =>
      `exports.kept = new pulumi.Stash("s", { input: ${input} }, ${options}).output;`;
    return withLab(program("1"), async (session, project) => {
      assert.equal(ok(await session.up()).stackOutputs.kept, 1);
      project.write(program("2"));
      assert.equal(ok(await session.up()).stackOutputs.kept, 1);
      project.write(program("3", `{ replaceOnChanges: ["*"] }`));
      assert.equal(ok(await session.up()).stackOutputs.kept, 3);
      project.write(program(`pulumi.secret("quiet")`));
      assert.doesNotMatch(JSON.stringify(await session.up()), /quiet/);
      project.write(`new pulumi.CustomResource("pulumi:index:Stash", "s", { other: 1 });`);
      const wrong = await session.preview();
      assert.match(JSON.stringify(wrong.diagnostics), /unknown property \\"other\\"/);
    });
  });

  it("replaces what was tainted in the state, once", async () => {
    const code = `new Thing("a", { size: 1 }); new Thing("b", { size: 1 });`;
    let state: Deployment | undefined;
    await withLab(code, async (session) => {
      ok(await session.up());
      state = session.deployment();
    });
    const tainted = state?.deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
    Object.assign(tainted!, { taint: true });
    const marked = { ...state!, version: 4 as const, features: ["taint"] };
    const replaced = ["create-replacement a", "replace a", "same b", "delete-replaced a"];
    await withLab(
      code,
      async (session) => {
        assert.deepEqual(ops(ok(await session.preview())), replaced);
        assert.equal(session.deployment().deployment.resources?.filter(({ taint }) => taint).length, 1);
        assert.deepEqual(ops(ok(await session.up())), replaced);
        assert.deepEqual(ops(ok(await session.up())), ["same a", "same b"]);
      },
      { state: marked },
    );
  });

  it("does not replace what the program still says it imports: a preview warns, and an update fails", () => {
    const program = (kind: string) =>
      `new Thing("a", { kind: "${kind}", note: pulumi.secret("quiet") }, { import: "there" });`;
    return withLab(program("x"), async (session, project) => {
      assert.equal((await session.up()).exit, 0);
      project.write(program("y"));
      const { exit, diagnostics } = await session.preview();
      assert.equal(exit, 0);
      const message =
        /^previously-imported resources that still specify an ID .* from your program;\nkind: \{x\} => \{y\}$/;
      assert.match(diagnostics.find(({ severity }) => severity === "warning")?.message ?? "", message);
      const failed = await session.up();
      assert.notEqual(failed.exit, 0);
      assert.match(
        failed.diagnostics.find(({ severity }) => severity === "error")?.message ?? "",
        /may not be replaced/,
      );
      assert.match(JSON.stringify(session.deployment()), /"kind":"x"/);
    });
  });

  it("replaces what the program says is to be imported by another id", () => {
    const program = (id: string) => `new Thing("a", { size: 1 }, { import: "${id}" });`;
    return withLab(program("one"), async (session, project, calls) => {
      assert.deepEqual(ops(await session.up()), ["create a"]);
      assert.deepEqual(ops(await session.up()), ["same a"]);
      project.write(program("two"));
      const { diagnostics, steps } = await session.up();
      assert.deepEqual(
        steps.filter(({ name }) => name === "a").map(({ op }) => op),
        ["create-replacement", "replace", "delete-replaced"],
      );
      assert.match(diagnostics[0]?.message ?? "", /is made and not imported \(id two\)/);
      assert.deepEqual(calls, ["import a", "import a", "delete a id-a-1"]);
      assert.deepEqual(ops(await session.up()), ["same a"]);
    });
  });

  it("hands on fields of a state that it does not use itself", async () => {
    let state: Deployment | undefined;
    await withLab(`new Thing("a", { size: 1 });`, async (session) => {
      ok(await session.up());
      state = session.deployment();
    });
    const resource = state?.deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
    Object.assign(resource!, { refreshBeforeUpdate: true });
    await withLab(
      `new Thing("a", { size: 2 });`,
      async (session) => {
        ok(await session.up());
        const kept = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
        assert.equal(kept?.refreshBeforeUpdate, true);
      },
      { state: state! },
    );
  });
});
