import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, it } from "node:test";
import { openProgram, type ProgramRun } from "../../../rehearsal/commands/program";
import type { RunResult } from "../../../rehearsal/engine";
import { findCli } from "../../../rehearsal/pulumi/cli";
import { openPulumi } from "../../../rehearsal/pulumi/session";
import type { Terminal } from "../../../rehearsal/terminal";
import { ended, programWith, ROOT, writeProgram } from "../../support/multisite";

/** Said once for the whole file where there is no CLI. */
function missing(): string | false {
  try {
    findCli();
    return false;
  } catch {
    return "no pulumi CLI on the PATH (https://www.pulumi.com/docs/install/)";
  }
}

const folder = mkdtempSync(join(tmpdir(), "multisite-engines-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Plugins on the PATH, which a CLI prefers to all others: here they would act on real clouds. */
const AMBIENT = ["aws", "gcp", "azure-native", "kubernetes", "tls", "random"];
const touched = join(folder, "touched");
mkdirSync(join(folder, "ambient"));
for (const name of AMBIENT) {
  const plugin = join(folder, "ambient", `pulumi-resource-${name}`);
  writeFileSync(plugin, `#!/bin/sh\necho ${name} >> '${touched}'\nexit 1\n`, { mode: 0o755 });
}
process.env.PATH = `${join(folder, "ambient")}${delimiter}${process.env.PATH}`;
after(() => assert.ok(!existsSync(touched), "a plugin of the PATH was used"));

const silent = { out() {}, err() {}, progress() {}, done() {} } as unknown as Terminal;
const EXAMPLES = readdirSync(join(ROOT, "examples")).filter((name) =>
  existsSync(join(ROOT, "examples", name, "Pulumi.yaml")),
);
const PACKS = [{ dir: join(ROOT, "policy") }];

type Open = (dir: string, state?: string) => Promise<ProgramRun>;

const own: Open = (dir, state) =>
  openProgram(dir, { config: {}, stack: "rehearsal" }, silent, new AbortController().signal, {
    policyPacks: PACKS,
    ...(state !== undefined && { stateFile: state }),
  });

const real: Open = (dir, state) =>
  openPulumi(
    dir,
    { config: {}, stack: "rehearsal", policyPacks: PACKS, ...(state !== undefined && { state }) },
    silent,
    new AbortController().signal,
  );

/** Preview, up, and up again with nothing changed. */
async function passes(open: Open, dir: string): Promise<RunResult[]> {
  const { session } = await open(dir);
  try {
    const preview = await session.preview();
    return [preview, await session.up(), await session.up()];
  } finally {
    await session.close();
  }
}

/** Ids of provider resources are drawn by lot; a reference holds one as its last part. */
const withoutId = (provider = "") => provider.replace(/::[^:]*$/, "");

/** Keys and certificates are drawn by lot, and so is what is made of them: PEM, fingerprints, hashes. */
const DRAWN = /-----BEGIN ([A-Z ]+)-----.*?-----END \1-----(\\n)?|\b[0-9a-f]{32,64}\b/gs;

function withoutLots(row: { type: string; outputs?: unknown; id?: string }): unknown {
  const isDrawn = row.type.startsWith("tls:");
  const kept = isDrawn ? { ...row, outputs: Object.keys(row.outputs ?? {}).sort(), id: "" } : row;
  return JSON.parse(JSON.stringify(kept).replace(DRAWN, "<drawn>"));
}

/** Everything that a run says of one thing per row, by what it is about. */
function rows({ steps, resources }: RunResult): Map<string, unknown> {
  const all = new Map<string, unknown>();
  const sorted = (dependencies: { [property: string]: string[] }) =>
    Object.fromEntries(
      Object.entries(dependencies)
        .filter(([, urns]) => urns.length > 0)
        .map(([property, urns]) => [property, [...urns].sort()]),
    );
  const common = ({ urn, provider, dependsOn, propertyDependencies, ...others }: (typeof steps)[number]) => ({
    ...others,
    provider: withoutId(provider),
    dependsOn: [...dependsOn].sort(),
    propertyDependencies: sorted(propertyDependencies),
  });
  for (const step of steps) {
    const { id: _, ...row } = { id: "", ...common(step) };
    all.set(`step ${step.op} ${step.urn}`, withoutLots(row as never));
  }
  for (const { id, ...resource } of resources) {
    const drawn = resource.type.startsWith("pulumi:providers:");
    all.set(`resource ${resource.urn}`, withoutLots({ ...common(resource as never), id: drawn ? "" : id } as never));
  }
  return all;
}

function assertSame(ours: RunResult, theirs: RunResult): void {
  assert.deepEqual([theirs.exit, theirs.failure], [ours.exit, ours.failure], JSON.stringify(theirs.diagnostics));
  const [mine, other] = [rows(ours), rows(theirs)];
  assert.deepEqual([...other.keys()].sort(), [...mine.keys()].sort());
  for (const [what, row] of mine) assert.deepEqual(other.get(what), row, what);
  const lines = (all: readonly object[]) => all.map((one) => JSON.stringify(Object.entries(one).sort())).sort();
  assert.deepEqual(lines(theirs.violations), lines(ours.violations));
  assert.deepEqual(lines(theirs.diagnostics), lines(ours.diagnostics));
  assert.deepEqual(theirs.stackOutputs, ours.stackOutputs);
}

describe("our engine and the real one", { skip: missing() }, () => {
  for (const example of EXAMPLES) {
    it(`do the same with examples/${example}`, async () => {
      const dir = join(ROOT, "examples", example);
      const ours = await passes(own, dir);
      const theirs = await passes(real, dir);
      assert.ok(ours[0]!.steps.length > 10);
      for (const [i, pass] of ours.entries()) assertSame(pass, theirs[i]!);
    });
  }

  it("read each other's state, and find nothing to change in it", async () => {
    const dir = join(ROOT, "examples", "existing");
    const state = join(folder, "state.json");
    for (const open of [real, own, real, own]) {
      const isFirst = !existsSync(state);
      const { session } = await open(dir, state);
      try {
        const { steps, diagnostics } = await session.up();
        assert.deepEqual([...new Set(steps.map(({ op }) => op))], [isFirst ? "create" : "same"]);
        assert.deepEqual(diagnostics, []);
      } finally {
        await session.close();
      }
    }
    assert.doesNotMatch(readFileSync(state, "utf8"), /api\.munich\.example\.com/, "a secret in clear");
  });

  it("keep secret what Pulumi.yaml says is, when it is given beside the program and used in the open", async () => {
    const dir = mkdtempSync(join(folder, "secret-"));
    writeProgram(dir, `exports.said = "it is " + new (require("@pulumi/pulumi").Config)().require("token");`);
    const file = join(dir, "Pulumi.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}\nconfig:\n  token: { type: string, secret: true }\n`);
    const given = { config: { token: "topsecretvalue" }, stack: "rehearsal", policyPacks: [] };
    const { signal } = new AbortController();
    for (const opened of [openProgram(dir, given, silent, signal, {}), openPulumi(dir, given, silent, signal)]) {
      const { session } = await opened;
      const { exit, diagnostics, stackOutputs } = await session.up();
      await session.close();
      assert.equal(exit, 0, JSON.stringify(diagnostics));
      assert.deepEqual(stackOutputs, { said: "it is [secret]" });
    }
  });

  it("fail alike", async () => {
    const dir = programWith("(() => { throw new Error('out of coffee') })()");
    try {
      const found = [];
      for (const open of [own, real]) {
        const { session } = await open(dir);
        const { exit, failure, diagnostics } = await session.preview();
        await session.close();
        assert.match(diagnostics.map(({ message }) => message).join(), /out of coffee/);
        found.push({ exit, failure });
      }
      assert.deepEqual(found[1], found[0]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  for (const [signal, exit] of [
    ["SIGINT", 130],
    ["SIGKILL", null],
  ] as const) {
    it(`leave no process and no folder behind on ${signal}, even of a program that never ends`, async () => {
      const dir = programWith("undefined");
      writeFileSync(
        join(dir, "index.js"),
        `console.log("the program runs", process.pid); setInterval(() => {}, 1000);`,
      );
      const before = readdirSync(dir);
      const place = mkdtempSync(join(folder, "tmp-"));
      const args = [join(ROOT, "bin", "multisite.js"), "rehearse", dir, "--engine", "pulumi"];
      const child = spawn(process.execPath, args, { env: { ...process.env, TMPDIR: place }, stdio: "pipe" });
      const end = ended(child);
      const pid = await new Promise<number>((resolve, reject) => {
        child.stderr.on("data", (chunk) => {
          const said = /the program runs (\d+)/.exec(String(chunk));
          if (said !== null) resolve(Number(said[1]));
        });
        child.on("close", () => reject(new Error("ended before the program ran")));
      });
      assert.ok(readdirSync(place).some((name) => name.startsWith("multisite-pulumi-")));
      child.kill(signal);
      assert.equal((await end).exit, exit);
      const left = () => [...readdirSync(place), ...(isRunning(pid) ? [`process ${pid}`] : [])];
      for (let tries = 0; left().length > 0; tries++) {
        assert.ok(tries < 100, `still there: ${left().join(", ")}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.deepEqual(readdirSync(dir), before);
      rmSync(dir, { recursive: true });
    });
  }
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
