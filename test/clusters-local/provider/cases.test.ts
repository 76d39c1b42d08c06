import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { kubernetesSource, type Releases } from "../../../rehearsal/clusters/provider";
import { openSession, type RunResult } from "../../../rehearsal/engine";
import { bareControlPlane } from "../../support/controlPlane";
import { localTools } from "../../support/localTools";
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
/** The one release among the cases is refused before anything is installed; whoever installs has tests of its own. */
const noChart: Partial<Releases> = {
  check: async ({ news }) => ({
    inputs: news,
    failures: [
      {
        property: "chart",
        reason: `path "${news.chart}" not found; check the chart name and repository configuration.`,
      },
    ],
  }),
};

test("engine cases of Kubernetes", async (t) => {
  if (!existsSync(source)) return t.skip("no ../shared/engine-cases/kubernetes here: nothing to compare with");
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await bareControlPlane(tools);
  t.after(() => plane.close());
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
        sources: [kubernetesSource({ moduleRoots: [dir], releases: () => noChart as Releases })],
      });
      each.after(() => session.close());
      const compare = async (pass: Passes, run: () => Promise<RunResult>) => {
        const actual = recordedPass(await run(), plane.endpoint);
        const wanted = expected[pass];
        assert.ok(wanted !== undefined, `${pass} is not recorded`);
        const what = `${name}: ${pass}`;
        assert.equal(actual.exit, wanted.exit, `${what}: exit ${JSON.stringify(actual.diagnostics)}`);
        assert.deepEqual(actual.diagnostics, wanted.diagnostics, `${what}: diagnostics`);
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
