import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { openSession } from "../../../rehearsal/engine";
import type { ProviderSource } from "../../../rehearsal/engine/provider";
import { ownPrograms } from "../../support/ownPrograms";
import { labProject, labSource, withLab } from "./lab";

/** Command lines of the processes that run in a folder. */
function processesIn(dir: string): string[] {
  return execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(`--pwd=${dir}`) || line.includes(` ${dir}/pack`));
}

async function gone(dir: string): Promise<void> {
  for (let i = 0; i < 100 && processesIn(dir).length > 0; i++) await wait(100);
  assert.deepEqual(processesIn(dir), []);
}

describe("programs", { concurrency: 2 }, () => {
  ownPrograms();

  it("stops a program that never ends, keeps what was made, and leaves no process", async () => {
    const stop = new AbortController();
    let made = false;
    await withLab(
      `const a = new Thing("a", {}); a.ref.apply((ref) => { if (ref) for (;;); });`,
      async (session, project) => {
        const running = session.up();
        for (let i = 0; i < 600 && !made; i++) await wait(50);
        await wait(500);
        assert.equal(processesIn(project.dir).length, 1);
        stop.abort();
        const result = await running;
        assert.deepEqual([result.exit, result.failure], [1, "interrupted"]);
        assert.ok(
          session.deployment().deployment.resources?.some(({ urn }) => urn.endsWith("::a")),
          "a is in the state",
        );
        await gone(project.dir);
      },
      {
        signal: stop.signal,
        onEvent: (event) => {
          made ||= event.kind === "step" && event.step.name === "a";
        },
      },
    );
  });

  it("takes its program along when it is killed itself, though the program's event loop never turns", async () => {
    const project = labProject(`for (;;);`);
    const script = path.join(project.dir, "parent.js");
    const engine = path.resolve(__dirname, "../../../rehearsal/engine");
    writeFileSync(
      script,
      `require(${JSON.stringify(engine)}).openSession({ projectDir: ${JSON.stringify(project.dir)}, sources: [] }).then((s) => s.up());`,
    );
    const typescript = require.resolve("../../support/typescript.cjs");
    const parent = spawn(process.execPath, ["--require", typescript, script], { stdio: "ignore" });
    try {
      for (let i = 0; i < 200 && processesIn(project.dir).length === 0; i++) await wait(50);
      await wait(1000);
      assert.equal(processesIn(project.dir).length, 1);
      parent.kill("SIGKILL");
      await gone(project.dir);
    } finally {
      parent.kill("SIGKILL");
      project.remove();
    }
  });

  for (const [code, expected] of [
    [`new Thing("a", {}); process.exit(3);`, "an unhandled error occurred: Program exited with non-zero exit code: 3"],
    [`process.kill(process.pid, "SIGTERM");`, "an unhandled error occurred: Program was ended by SIGTERM"],
    [`require("./nowhere");`, "Cannot find module './nowhere'"],
    [
      `new pulumi.CustomResource("thing", "a", {});`,
      "3 INVALID_ARGUMENT: Type 'thing' is not a valid type token (must have format '*:*:*')",
    ],
    [`new Thing("a", {}, { aliases: ["old"] });`, '3 INVALID_ARGUMENT: invalid alias URN: invalid URN "old"'],
    [
      `new Thing("a", {}, { transforms: [({ props, opts }) => ({ props, opts: { ...opts, aliases: [{ parent: "box" }] } })] });`,
      '3 INVALID_ARGUMENT: invalid parent alias URN: invalid URN "box"',
    ],
    [
      `new Thing("a", {}, { transforms: [() => { throw new Error("no"); }] });`,
      "invoke transform: rpc error: code = Unknown desc = transform failed: Error: no",
    ],
  ] as const) {
    it(`reports a program that ends by itself: ${code}`, () =>
      withLab(code, async (session) => {
        const result = await session.preview();
        assert.deepEqual([result.exit, result.failure], [1, "program"]);
        assert.ok(
          result.diagnostics.some(({ message }) => message.includes(expected)),
          JSON.stringify(result.diagnostics),
        );
      }));
  }

  for (const [what, code] of [
    ["pulumi:index:Other", `new pulumi.CustomResource("pulumi:index:Other", "a", { input: 1 });`],
    ["the remote component lab:index:Box 'a'", `new pulumi.ComponentResource("lab:index:Box", "a", {}, {}, true);`],
    [
      "the method lab:index:Thing/say",
      `const a = new Thing("a", {}); pulumi.runtime.call("lab:index:Thing/say", { __self__: a }, a);`,
    ],
    [
      "a dynamic provider, whose code would act for real",
      `new pulumi.CustomResource("pulumi-nodejs:dynamic:Resource", "a", { __provider: "exports.handler = () => ({})" });`,
    ],
    [
      "the package other: it is neither simulated nor a plugin folder of Pulumi.yaml",
      `new pulumi.ComponentResource("other:index:Box", "a", {}, {}, true);`,
    ],
    [
      "the package other: it is neither simulated nor a plugin folder of Pulumi.yaml",
      `new pulumi.CustomResource("other:index:Thing", "a", {});`,
    ],
  ] as const) {
    it(`refuses by name: ${what}`, () =>
      withLab(code, async (session) => {
        const result = await session.preview();
        assert.deepEqual([result.exit, result.failure], [1, "refused"]);
        assert.equal(
          result.diagnostics.find(({ severity }) => severity === "error")?.message,
          `cannot rehearse: ${what}`,
        );
      }));
  }

  it("tells what the SDK colours without its colours", () =>
    withLab(`const o = {}; o.o = o; new Thing("a", { o });`, async (session) => {
      const [said] = (await session.preview()).diagnostics;
      // Recorded from the real engine.
      assert.match(
        said?.message ?? "",
        /exception:\n<ref \*1> RangeError: error serializing property "o": Maximum call/,
      );
    }));

  it("gives a program its configuration, and its console output to the log", () =>
    withLab(
      `const config = new pulumi.Config(); console.log("size", config.require("size")); console.error("to stderr");
       exports.region = new pulumi.Config("lab").require("region");`,
      async (session) => {
        const result = await session.preview();
        assert.deepEqual(result.log.map(({ stream, text }) => `${stream}: ${text}`).sort(), [
          "stderr: to stderr",
          "stdout: size 3",
        ]);
        assert.deepEqual(result.stackOutputs, { region: "east" });
      },
      { config: { size: "3", "lab:region": "east" } },
    ));

  it("shows no secret: not in steps, messages, violations or the log", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "engine-pack-"));
    const pack = path.join(folder, "pack");
    execFileSync("mkdir", [pack]);
    writeFileSync(path.join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    writeFileSync(path.join(pack, "package.json"), '{ "name": "p", "version": "0.0.1", "main": "index.js" }');
    writeFileSync(
      path.join(pack, "index.js"),
      `const { PolicyPack } = require("@pulumi/policy");
       new PolicyPack("p", { policies: [{ name: "tell", description: "tells", enforcementLevel: "advisory", configSchema: { properties: { word: { type: "string", default: "told" } } },
         validateResource: (a, report) => { if (a.props.boom) throw new Error("broken"); if (a.props.note) report(a.getConfig().word + " " + a.props.note); } }] });`,
    );
    execFileSync("ln", ["-s", path.resolve(__dirname, "../../../node_modules"), path.join(folder, "node_modules")]);
    const events: unknown[] = [];
    try {
      await withLab(
        `const note = new pulumi.Config().requireSecret("note"); note.apply((n) => { console.log("it is", n); pulumi.log.warn("warn " + n); });
         new Thing("a", { note, fail: "create" }); exports.note = note;`,
        async (session, project) => {
          const preview = await session.preview();
          assert.equal(preview.exit, 0, JSON.stringify(preview.diagnostics));
          assert.deepEqual(
            preview.violations.map(({ message }) => message),
            ["tells\ntold [secret]"],
          );
          const up = await session.up();
          assert.equal(up.exit, 1);
          assert.ok(
            up.diagnostics.some(({ message }) => message === "cannot create with [secret]"),
            JSON.stringify(up.diagnostics),
          );
          for (const shown of [preview, up, session.deployment(), events])
            assert.ok(!JSON.stringify(shown).includes("canary-77"));
          assert.ok(up.log.some(({ text }) => text === "it is [secret]"));
          project.write(`new Thing("b", { boom: true });`);
          // As the real engine says it of a policy that throws.
          assert.match(
            (await session.preview()).diagnostics[0]?.message ?? "",
            /^failed to run policy: Error validating resource with policy 'tell' from policy pack 'p@v0\.0\.1':\nError: broken/,
          );
        },
        {
          config: { note: { secret: "canary-77" } },
          policyPacks: [{ dir: pack }],
          onEvent: (event) => events.push(event),
        },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("what a program asks for", { concurrency: 2 }, () => {
  it("shows one provider the environment under other names, and keeps that in the state", async () => {
    const seen: unknown[] = [];
    const source = labSource();
    process.env.MULTISITE_TEST_MAPPED = "here";
    const spied: ProviderSource = {
      ...source,
      open(...given) {
        seen.push(given[3]);
        return source.open(...given);
      },
    };
    await withLab(
      `const envVarMappings = { MULTISITE_TEST_MAPPED: "LAB_REGION", MULTISITE_TEST_UNSET: "LAB_ZONE" };
       new Lab("p", {}, { envVarMappings }); new Thing("a", {});`,
      async (session, project) => {
        assert.equal((await session.up()).exit, 0);
        assert.deepEqual(seen.map((each) => JSON.stringify(each)).sort(), ['{"LAB_REGION":"here"}', "{}"]);
        // Recorded from the real engine.
        assert.deepEqual(session.deployment().deployment.resources?.find(({ urn }) => urn.endsWith("::p"))?.inputs, {
          __internal: { envVarMappings: { MULTISITE_TEST_MAPPED: "LAB_REGION", MULTISITE_TEST_UNSET: "LAB_ZONE" } },
        });
        project.write(`new Thing("a", {}, { envVarMappings: { A: "B" } });`);
        const [said] = (await session.preview()).diagnostics;
        assert.match(
          said?.message ?? "",
          /3 INVALID_ARGUMENT: envVarMappings can only be used with provider resources/,
        );
      },
      { sources: [spied] },
    ).finally(() => delete process.env.MULTISITE_TEST_MAPPED);
  });

  it("shows no secret of the configuration, not even one that the program reads as plain text", () =>
    withLab(
      `const note = new pulumi.Config().get("note"); new Thing("a", { note, list: ["it is " + note] }); exports.note = note;`,
      async (session, project) => {
        const [preview, up] = [await session.preview(), await session.up()];
        project.write("");
        for (const shown of [preview, up, await session.destroy()]) {
          assert.equal(shown.exit, 0, JSON.stringify(shown.diagnostics));
          const { resources, ...told } = shown;
          const properties = resources.flatMap(({ inputs, outputs }) => [inputs, outputs]);
          assert.ok(!JSON.stringify([told, properties.map((one) => session.shown(one))]).includes("canary-79"));
        }
        // What a plan is made of.
        assert.equal(up.resources.find(({ name }) => name === "a")?.inputs.note, "canary-79");
        // Recorded from the real engine.
        assert.deepEqual(up.stackOutputs, { note: "[secret]" });
        assert.deepEqual(up.steps.find(({ name }) => name === "a")?.inputs?.list, ["it is [secret]"]);
      },
      { config: { note: { secret: "canary-79" } } },
    ));

  it("takes up a state file where an interrupted or finished run left it", async () => {
    const project = labProject(`new Thing("a", { note: pulumi.secret("canary-78") });`);
    const stateFile = path.join(project.dir, "state.json");
    try {
      for (const expected of ["create", "same"]) {
        const session = await openSession({
          projectDir: project.dir,
          sources: [labSource()],
          stateFile,
          passphrase: "lab",
        });
        const result = await session.up();
        await session.close();
        assert.deepEqual(
          result.steps.filter(({ name }) => name === "a").map(({ op }) => op),
          [expected],
        );
      }
      const text = readFileSync(stateFile, "utf8");
      assert.ok(!text.includes("canary-78") && text.includes('"ciphertext": "v1:'));
      const wrong = openSession({ projectDir: project.dir, sources: [], stateFile, passphrase: "other" });
      await assert.rejects(wrong, /encrypted with another passphrase/);
      const state = JSON.parse(text) as { deployment: { pending_operations: unknown } };
      state.deployment.pending_operations = [{ type: "importing", resource: { urn: "urn:x", type: "t" } }];
      writeFileSync(stateFile, JSON.stringify(state));
      await assert.rejects(
        openSession({ projectDir: project.dir, sources: [], stateFile }),
        /cannot rehearse: the state has pending operations \(importing urn:x\)/,
      );
      writeFileSync(stateFile, JSON.stringify({ version: 4, features: ["replaceWith", "views"], deployment: {} }));
      await assert.rejects(
        openSession({ projectDir: project.dir, sources: [], stateFile }),
        /cannot rehearse: the state's features views/,
      );
      writeFileSync(stateFile, "{");
      await assert.rejects(openSession({ projectDir: project.dir, sources: [], stateFile }), /is not JSON/);
    } finally {
      project.remove();
    }
  });
});
