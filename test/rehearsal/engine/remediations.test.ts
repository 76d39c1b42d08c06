import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, it } from "node:test";
import { labSource, withLab } from "./lab";

const folder = mkdtempSync(join(tmpdir(), "engine-remediations-"));
after(() => rmSync(folder, { recursive: true, force: true }));
symlinkSync(resolve(__dirname, "../../../node_modules"), join(folder, "node_modules"));

/** Levels at which packs only tell what they see. */
const ADVISORY = join(folder, "advisory.json");
writeFileSync(ADVISORY, '{ "all": "advisory" }');

function packOf(name: string, policy: string): { dir: string } {
  const dir = join(folder, name);
  mkdirSync(dir);
  writeFileSync(join(dir, "PulumiPolicy.yaml"), "runtime: nodejs\n");
  writeFileSync(join(dir, "package.json"), `{ "name": "${name}", "version": "0.0.1", "main": "index.js" }`);
  const settings = `name: "${name}", description: "sizes", enforcementLevel: "remediate"`;
  writeFileSync(
    join(dir, "index.js"),
    `const { PolicyPack } = require("@pulumi/policy");
     new PolicyPack("${name}", { policies: [{ ${settings}, ${policy} }] });`,
  );
  return { dir };
}

it("what a policy makes of a resource is what the next one sees, is judged and is made", () => {
  const doubling = packOf(
    "doubling",
    `remediateResource: (a) => { if (a.props.size) return { ...a.props, size: a.props.size * 2 }; }`,
  );
  const limiting = packOf(
    "limiting",
    `remediateResource: (a) => { if (a.props.size === 2) return { ...a.props, size: 3 }; },
     validateResource: (a, report) => { if (a.props.size > 3) report("size " + a.props.size); }`,
  );
  return withLab(
    `new Thing("a", { size: 1 }); new Thing("b", { kind: "x" });`,
    async (session, project) => {
      const preview = await session.preview();
      assert.deepEqual([preview.exit, preview.violations, preview.diagnostics], [0, [], []]);
      assert.equal(preview.steps.find(({ name }) => name === "a")?.inputs?.size, 3);
      assert.equal((await session.up()).exit, 0);
      const state = session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::a"));
      assert.deepEqual(state?.inputs, { size: 3 });
      assert.equal((await session.preview()).steps.find(({ name }) => name === "a")?.op, "same");
      project.write(`new Thing("a", { size: 2 });`);
      const refused = await session.up();
      assert.deepEqual(
        refused.violations.map(({ level, message }) => ({ level, message })),
        [{ level: "mandatory", message: "sizes\nsize 4" }],
      );
      assert.deepEqual([refused.exit, refused.failure], [1, "policy"]);
    },
    { policyPacks: [doubling, limiting] },
  );
});

it("a remediation that has to wait for a value is told as advice", () => {
  const waiting = packOf(
    "waiting",
    `remediateResource: (a) => { if (a.props.note?.startsWith("ref")) return { ...a.props, note: "mended" }; }`,
  );
  return withLab(
    `const a = new Thing("a", {}); new Thing("b", { note: a.ref });`,
    async (session) => {
      const [found, ...others] = (await session.preview()).violations;
      assert.deepEqual([found?.level, found?.policy, others], ["advisory", "waiting", []]);
      assert.match(
        found?.message ?? "",
        /^can't run remediation 'waiting' from policy pack 'waiting@v0\.0\.1' during preview: /,
      );
      const up = await session.up();
      assert.equal(up.steps.find(({ name }) => name === "b")?.inputs?.note, "mended");
    },
    { policyPacks: [waiting] },
  );
});

it("resources among inputs and outputs are shown to policies by their ids, and a component by its URN", () => {
  const telling = packOf(
    "telling",
    `remediateResource: () => undefined,
     validateResource: (a, report) => { if (a.props.box) report("resource " + a.props.box); },
     validateStack: (a, report) => a.resources.filter(({ props }) => props.inner).forEach(({ props }) => report("stack " + props.inner))`,
  );
  return withLab(
    `class Kept extends pulumi.ComponentResource {
       constructor(name) {
         super("lab:index:Kept", name);
         this.registerOutputs({ inner: new Thing("inner", {}, { parent: this }) });
       }
     }
     new Kept("kept");
     new Thing("a", { box: new Box("box", {}) });`,
    async (session) => {
      const { violations, diagnostics } = await session.up();
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
        [],
      );
      assert.deepEqual(violations.map(({ message }) => message).sort(), [
        "sizes\nresource urn:pulumi:dev::program::lab:index:Box::box",
        "sizes\nstack id-inner-1",
      ]);
    },
    { policyPacks: [{ ...telling, configFile: ADVISORY }] },
  );
});

it("what a provider refuses is judged by policies as well, so that all is told at once", () => {
  const sizing = packOf(
    "sizing",
    `validateResource: (a, report) => { if (a.props.size > 3) report("size " + a.props.size); }`,
  );
  const source = labSource([], () => ({
    check: async ({ news }) => ({
      inputs: news,
      failures: news.size === 5 ? [{ property: "size", reason: "is taken" }] : [],
    }),
  }));
  return withLab(
    `new Thing("a", { size: 5 });`,
    async (session) => {
      for (const run of ["preview", "up"] as const) {
        const { exit, violations, diagnostics } = await session[run]();
        assert.equal(exit, 1);
        assert.deepEqual(
          violations.map(({ message }) => message),
          ["sizes\nsize 5"],
        );
        assert.match(
          diagnostics.map(({ message }) => message).join("\n"),
          /property size value \{5\} has a problem: is taken/,
        );
      }
    },
    { policyPacks: [sizing], sources: [source] },
  );
});
