import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { kubernetesSource } from "../../../../rehearsal/clusters/provider";
import { templates } from "../../../../rehearsal/clusters/templates";
import type { Deployment } from "../../../../rehearsal/engine";
import { bareControlPlane } from "../../../support/controlPlane";
import { localTools } from "../../../support/localTools";
import { noRealEngine, realEngine } from "../realEngine";
import { objectsOf } from "../support";
import { openComponents, SHOP } from "./programs";

const CHARTS = resolve(__dirname, "../../helm/charts");

const OBJECT = `{ apiVersion: "v1", kind: "Secret", metadata: { name: "key", annotations: { a: "b" } }, stringData: { key: "words" } }`;
const KUSTOMIZATION =
  "resources: [map.yaml]\nconfigMapGenerator: [{ name: made, literals: [a=b] }]\nnamePrefix: pre-\n";
const MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: given }\ndata: { a: b }\n";

/** Programs by name, with the files that they need. */
const PROGRAMS: Readonly<Record<string, { code: string; files?: Record<string, string> }>> = {
  "yaml.v2.ConfigGroup": {
    code: `new ConfigGroup("g", { files: ["m/*.yaml"] }, opts);`,
    files: { "m/a.yaml": SHOP },
  },
  "of objects": { code: `new ConfigGroup("g", { objs: [${OBJECT}], resourcePrefix: "p", skipAwait: true }, opts);` },
  "helm.v4.Chart": {
    code: `new k8s.helm.v4.Chart("little", { chart: "./charts/small", name: "tiny", skipAwait: true }, opts);`,
  },
  "helm.v3.Chart": {
    code: `new k8s.helm.v3.Chart("little", { path: "./charts/small", namespace: "default", skipAwait: true }, opts);`,
  },
  "kustomize.v2.Directory": {
    code: `new k8s.kustomize.v2.Directory("k", { directory: "./m", namespace: "default" }, opts);`,
    files: { "m/kustomization.yaml": KUSTOMIZATION, "m/map.yaml": MAP },
  },
};

/** What is compared of the resources: secrets are enciphered by each engine with a salt of its own. */
function resourcesOf({ deployment }: Deployment): unknown[] {
  const found = (deployment.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
  return found
    .map(({ urn, custom, id, parent, dependencies, propertyDependencies, inputs }) => {
      const shown = JSON.parse(JSON.stringify(inputs ?? {}, (key, value) => (key === "ciphertext" ? "secret" : value)));
      return { urn, custom, id, parent, dependencies, propertyDependencies, inputs: shown };
    })
    .sort((left, right) => (left.urn < right.urn ? -1 : 1));
}

test("components are what the real plugin makes of them", { skip: noRealEngine() }, async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") return t.skip(tools);
  const plane = await bareControlPlane(tools);
  t.after(() => plane.close());
  process.env.CASE_KUBECONFIG = plane.kubeconfig;
  for (const [name, { code, files }] of Object.entries(PROGRAMS)) {
    await t.test(name, async (each) => {
      let folder = "";
      const source = (dir: string) => {
        folder = dir;
        return kubernetesSource({ moduleRoots: [dir], templates: templates({ directory: dir }) });
      };
      const { session } = await openComponents(each, source, code, files);
      cpSync(CHARTS, join(folder, "charts"), { recursive: true });
      const pulumi = realEngine(each, folder);

      const up = await session.up();
      assert.equal(up.exit, 0, JSON.stringify(up.diagnostics));
      const ours = { resources: resourcesOf(session.deployment()), objects: await objectsOf(plane.kubeconfig) };
      await session.destroy();
      pulumi("up", "--yes", "--skip-preview");
      const deployment = JSON.parse(pulumi("stack", "export")) as Deployment;
      const theirs = { resources: resourcesOf(deployment), objects: await objectsOf(plane.kubeconfig) };
      pulumi("destroy", "--yes", "--skip-preview");
      assert.deepEqual(ours, theirs);
    });
  }
});
