import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { releases } from "../../../rehearsal/clusters/helm";
import { kubernetesSource } from "../../../rehearsal/clusters/provider";
import { openSession, type RunResult } from "../../../rehearsal/engine";
import { localTools } from "../../support/localTools";
import { sharedControlPlane } from "../../support/shared";
import {
  byPlace,
  comparable,
  type KubernetesRecord,
  kubernetesCase,
  objectsOf,
  type Passes,
  recordedPass,
} from "./support";

/** The programs of engine-cases/kubernetes on a real API server, compared with what the real plugin did there. */
const source = resolve(__dirname, "../../../../shared/engine-cases/kubernetes");
/** How much was done before the stop is a matter of timing: there the record is a bound, not the exact list. */
const STOPS_EARLY = new Set(["exists", "invalid", "unreachable"]);
test("engine cases of Kubernetes", async (t) => {
  if (!existsSync(source)) return t.skip("no ../shared/engine-cases/kubernetes here: nothing to compare with");
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await sharedControlPlane(tools);
  process.env.CASE_KUBECONFIG = plane.kubeconfig;
  for (const name of readdirSync(source, { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? each.name : [],
  )) {
    await t.test(name, async (each) => {
      const dir = kubernetesCase(each, source, name);
      const expected = JSON.parse(readFileSync(join(source, name, "expected.json"), "utf8")) as KubernetesRecord;
      const session = await openSession({
        projectDir: dir,
        stack: "dev",
        passphrase: "case",
        sources: [
          kubernetesSource({
            moduleRoots: [dir],
            releases: releases({ helm: { program: tools.helm.path, directory: dir, signal: each.signal } }),
          }),
        ],
      });
      each.after(() => session.close());
      const compare = async (pass: Passes, run: () => Promise<RunResult>) => {
        const actual = recordedPass(await run(), plane.endpoint);
        const wanted = expected[pass];
        assert.ok(wanted !== undefined, `${pass} is not recorded`);
        const what = `${name}: ${pass}`;
        assert.equal(actual.exit, wanted.exit, `${what}: exit ${JSON.stringify(actual.diagnostics)}`);
        if (name === "unreachable") {
          // Which of two refusals stops the run first is a matter of timing; each is worded as in the record.
          const said = wanted.diagnostics.map((one) => JSON.stringify(one));
          assert.ok(actual.diagnostics.length > 0 || said.length === 0, `${what}: nothing was said`);
          for (const one of actual.diagnostics)
            assert.ok(said.includes(JSON.stringify(one)), `${what}: ${JSON.stringify(one)}`);
        } else assert.deepEqual(actual.diagnostics, wanted.diagnostics, `${what}: diagnostics`);
        if (STOPS_EARLY.has(name)) {
          const allowed = wanted.steps.map((step) => JSON.stringify(step));
          for (const step of actual.steps)
            assert.ok(allowed.includes(JSON.stringify(step)), `${what}: ${JSON.stringify(step)}`);
        } else assert.deepEqual(actual.steps, wanted.steps, `${what}: steps`);
        if (wanted.objects === undefined) return;
        assert.deepEqual(
          await objectsOf(plane.kubeconfig),
          wanted.objects.map(comparable).sort(byPlace),
          `${what}: objects`,
        );
      };
      await compare("preview", () => session.preview());
      await compare("up", () => session.up());
      if (expected.again !== undefined) await compare("again", () => session.preview());
      if (expected.secondPreview !== undefined) {
        copyFileSync(join(dir, "second.js"), join(dir, "index.js"));
        await compare("secondPreview", () => session.preview());
        await compare("secondUp", () => session.up());
      }
      await compare("destroy", () => session.destroy());
    });
  }
});
