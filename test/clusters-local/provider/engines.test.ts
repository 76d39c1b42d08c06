import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { kubernetesSource } from "../../../rehearsal/clusters/provider";
import type { SiteStage } from "../../../rehearsal/clusters/stage";
import { today } from "../../../rehearsal/commands/plan";
import { openProgram, type ProgramRun } from "../../../rehearsal/commands/program";
import { withSites } from "../../../rehearsal/commands/sites";
import { subjectOf } from "../../../rehearsal/commands/subject";
import { openSession } from "../../../rehearsal/engine";
import { openPulumi } from "../../../rehearsal/pulumi/session";
import type { Terminal } from "../../../rehearsal/terminal";
import { bareControlPlane } from "../../support/controlPlane";
import { localTools } from "../../support/localTools";
import { ROOT } from "../../support/multisite";
import { noRealEngine, realEngine } from "./realEngine";
import { kubernetesCase, objectsOf, wholeObjects } from "./support";

const source = resolve(__dirname, "../../../../shared/engine-cases/kubernetes");
/**
 * Programs whose updates succeed: of the others, how much was made before the stop is a matter of timing. So it is of
 * `immutable`, which skips the waits: the real plugin may find what it has just deleted, and fail.
 */
const CASES = ["autoname", "custom", "mutable", "patch"];

/** Why nothing can be compared here; false where it can. */
function missing(): string | false {
  return existsSync(source) ? noRealEngine() : "no ../shared/engine-cases/kubernetes here: nothing to compare with";
}

const silent = { out() {}, err() {}, progress() {}, done() {} } as unknown as Terminal;
const WORKLOADS = join(ROOT, "examples", "workloads");

type Open = (stage: SiteStage, signal: AbortSignal) => Promise<ProgramRun>;
const settings = { config: {}, stack: "rehearsal" };
const own: Open = (sites, signal) => openProgram(WORKLOADS, settings, silent, signal, { sites });
const real: Open = (sites, signal) => openPulumi(WORKLOADS, { ...settings, policyPacks: [], sites }, silent, signal);

/** What an update of `examples/workloads` leaves in each of its sites. */
function left(open: Open): Promise<Record<string, unknown[]>> {
  return withSites(WORKLOADS, silent, new AbortController().signal, async ({ stage, signal, start }) => {
    const { session } = await open(stage, signal);
    try {
      const preview = await session.preview();
      const { sites } = await start(
        subjectOf(preview.resources, { manifests: undefined, today: today() }).plan,
        preview,
      );
      const up = await session.up();
      assert.equal(up.exit, 0, JSON.stringify(up.diagnostics));
      const found = Object.values(sites).map(async ({ name, kubeconfig }) => [name, await wholeObjects(kubeconfig)]);
      return Object.fromEntries(await Promise.all(found));
    } finally {
      await session.close();
    }
  });
}

test("a rehearsal on the real engine leaves in every site what ours leaves", { skip: missing() }, async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const [ours, theirs] = [await left(own), await left(real)];
  assert.ok(Object.values(ours).every((objects) => objects.length > 10));
  assert.deepEqual(ours, theirs);
});

test("our provider and the real one leave the same objects, field by field", { skip: missing() }, async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await bareControlPlane(tools);
  t.after(() => plane.close());
  process.env.CASE_KUBECONFIG = plane.kubeconfig;
  for (const name of readdirSync(source).filter((each) => CASES.includes(each))) {
    await t.test(name, async (each) => {
      const ours = kubernetesCase(each, source, name);
      const session = await openSession({
        projectDir: ours,
        stack: "dev",
        passphrase: "case",
        sources: [kubernetesSource({ moduleRoots: [ours] })],
      });
      each.after(() => session.close());
      const theirs = kubernetesCase(each, source, name);
      const pulumi = realEngine(each, theirs);
      const passes = existsSync(join(ours, "second.js")) ? ["index.js", "second.js"] : ["index.js"];
      const objects = async (
        up: () => Promise<unknown> | unknown,
        destroy: () => Promise<unknown> | unknown,
        dir: string,
      ) => {
        const found = [];
        for (const program of passes) {
          if (program !== "index.js") copyFileSync(join(dir, program), join(dir, "index.js"));
          await up();
          found.push(await objectsOf(plane.kubeconfig));
        }
        await destroy();
        return found;
      };
      const mine = await objects(
        () => session.up(),
        () => session.destroy(),
        ours,
      );
      const real = await objects(
        () => pulumi("up", "--yes", "--skip-preview"),
        () => pulumi("destroy", "--yes", "--skip-preview"),
        theirs,
      );
      assert.deepEqual(mine, real);
    });
  }
});
