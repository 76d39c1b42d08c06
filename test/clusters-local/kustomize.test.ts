import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { invokeFunction } from "../../rehearsal/clusters/provider/invokes";
import type { KubeObject } from "../../rehearsal/clusters/provider/objects";
import { templates } from "../../rehearsal/clusters/templates";
import { temporaryFolder } from "../support/folders";
import { localTools } from "../support/localTools";

const FILES = {
  "base/kustomization.yaml": "resources: [objects.yaml]\nconfigMapGenerator: [{ name: settings, literals: [a=b] }]\n",
  "base/objects.yaml":
    "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [{ port: 80 }] }\n---\napiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n",
  "overlay/kustomization.yaml": "namespace: shop\nnamePrefix: eu-\nresources: [../base]\n",
  "outside/kustomization.yaml": "configMapGenerator: [{ name: outside, files: [../base/objects.yaml] }]\n",
  "broken/kustomization.yaml": "resources: [nowhere.yaml]\n",
};

async function build(t: TestContext, directory: string): Promise<KubeObject[]> {
  const root = temporaryFolder(t);
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const { result } = await invokeFunction(
    { token: "kubernetes:kustomize:directory", args: { directory }, preview: false },
    {
      isNamespaced: async () => true,
      capabilities: async () => undefined,
      templates: templates({ directory: root }),
    },
  );
  return result.result as KubeObject[];
}

describe("kustomizations", { concurrency: 2 }, async () => {
  const tools = await localTools();
  const skip = typeof tools === "string" ? tools : false;

  it("are built as kubectl builds them, namespaces first", { skip }, async (t) => {
    const objects = await build(t, "overlay");
    const placed = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? "-"}/${metadata.name}`);
    assert.equal(placed.length, 3);
    assert.match(placed.join(), /^Namespace -\/shop,ConfigMap shop\/eu-settings-\w{10},Service shop\/eu-web$/);
  });

  for (const [directory, expected] of [
    ["broken", /^kustomize failed for directory "broken": accumulating resources: .*nowhere\.yaml/s],
    ["outside", /^kustomize failed for directory "outside": .*is not in or below/s],
    [
      "none",
      /^failed to retrieve specified kustomize directory: "none": there is no such folder in .*, and it is no URL/,
    ],
  ] as const) {
    it(`says why it cannot be built: ${directory}`, { skip }, async (t) => {
      await assert.rejects(build(t, directory), ({ message }: Error) => {
        assert.match(message, expected);
        return true;
      });
    });
  }
});
