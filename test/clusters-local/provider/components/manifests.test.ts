import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { readTexts } from "../../../../rehearsal/clusters/provider/components/files";
import { manifestOf, normalized } from "../../../../rehearsal/clusters/provider/components/objects";
import { documentsOf } from "../../../../rehearsal/clusters/provider/documents";
import type { Properties } from "../../../../rehearsal/engine/provider";
import { makeSecret } from "../../../../rehearsal/engine/values";
import { temporaryFolder } from "../../../support/folders";

test("files are read by path and by pattern, as Go's filepath has them", async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ["a", "b", "a/deep"]) mkdirSync(join(folder, name));
  for (const name of ["a/2.yaml", "a/1.yaml", "b/3.yaml", "a/deep/4.yaml", "a/x.json", "b/[y].yaml", "b/^.yaml"]) {
    writeFileSync(join(folder, name), name);
  }
  const read = (glob: boolean, ...files: string[]) => readTexts(files, { glob, folder });
  const patterns: [pattern: string, found: string[]][] = [
    ["a/*.yaml", ["a/1.yaml", "a/2.yaml"]],
    ["*/[1-2].yaml", ["a/1.yaml", "a/2.yaml"]],
    ["*/[^1-2].yaml", ["b/3.yaml", "b/^.yaml"]],
    ["./?/x.json", ["a/x.json"]],
    ["a/**/*.yaml", ["a/deep/4.yaml"]],
    ["b/\\[y\\].y*", ["b/[y].yaml"]],
    [join(folder, "b", "3*"), ["b/3.yaml"]],
    ["none/*.yaml", []],
    ["a/3*", []],
  ];
  for (const [pattern, found] of patterns) assert.deepEqual(await read(true, pattern), found, pattern);
  assert.deepEqual(await read(true, "b/3.yaml", "a/*.yaml"), ["b/3.yaml", "a/1.yaml", "a/2.yaml"]);
  await assert.rejects(read(true, "a/[1.yaml"), /^Error: expanding glob: syntax error in pattern "a\/\[1.yaml"$/);
  await assert.rejects(read(false, "a/*.yaml"), /^Error: reading YAML file from disk: open a\/\*.yaml: no such file/);
  await assert.rejects(read(true, "a"), /open a: is a directory$/);
});

test("a URL is fetched, and one that does not answer is told with a way out", async (t) => {
  const server = createServer((request, response) => response.writeHead(request.url === "/y" ? 200 : 404).end("text"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const read = (file: string) => readTexts([file], { glob: true, folder: "/" });
  assert.deepEqual(await read(`${url}/y`), ["text"]);
  await assert.rejects(read(`${url}/n`), /^Error: fetching YAML over network: \S+ answers 404; download it, and name/);
  await assert.rejects(
    read("http://127.0.0.1:1/y"),
    /fetching YAML over network: \S+: .+; download it, and name the file/,
  );
});

test("documents are mappings; empty ones are none, and no message repeats the text", () => {
  assert.deepEqual(documentsOf("---\na: 1\n---\n---\n# nothing\n---\n{}\n---\nb: &x [1]\nc: *x\n"), [
    { a: 1 },
    { b: [1], c: [1] },
  ]);
  assert.throws(() => documentsOf("- a\n"), /^Error: error unmarshaling JSON: a document is no mapping$/);
  assert.throws(
    () => documentsOf("a: words\n b: [more\n"),
    (error: Error) => /^error converting YAML to JSON: .*line \d/.test(error.message) && !/words/.test(error.message),
  );
});

const context = {
  version: "1.2.3",
  defaultNamespace: "home",
  isNamespaced: async (type: string) =>
    ({ "kubernetes:core/v1:ConfigMap": true, "kubernetes:core/v1:Node": false })[type],
};
const config = (name: string, more: Properties = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  ...more,
});

test("objects lie in the namespace that they name, or in the default one if their kind lies in any", async () => {
  const given = [
    { ...config("a"), apiVersion: "core/v1" },
    { ...config("b"), metadata: { name: "b", namespace: "there" } },
    { ...config("n"), kind: "Node" },
    {
      apiVersion: "v1",
      kind: "List",
      items: [config("c"), { apiVersion: "v1", kind: "ConfigMapList", items: [config("d")] }],
    },
    { ...config("e"), apiVersion: "x.io/v1", kind: "Known" },
    { ...config("f"), apiVersion: "x.io/v1", kind: "Strange" },
    {
      ...config("k"),
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      spec: { group: "x.io", scope: "Namespaced", names: { kind: "Known" } },
    },
  ];
  const { objects, warnings } = await normalized(given, context);
  const found = objects.map(({ apiVersion, metadata }) => [apiVersion, metadata.name, metadata.namespace]);
  assert.deepEqual(found, [
    ["v1", "a", "home"],
    ["v1", "b", "there"],
    ["v1", "n", undefined],
    ["v1", "c", "home"],
    ["v1", "d", "home"],
    ["x.io/v1", "e", "home"],
    ["x.io/v1", "f", undefined],
    ["apiextensions.k8s.io/v1", "k", undefined],
  ]);
  assert.match(warnings.join(), /^Unable to determine whether [^:]+: x.io\/v1, Kind=Strange, /);
});

test("what is no object is refused with its beginning, but for what it hides", async () => {
  const refused: [manifest: Properties, message: RegExp][] = [
    [{ kind: "ConfigMap" }, /^Error: Kubernetes resources require a kind and apiVersion: `\{"kind":"ConfigMap"\}`$/],
    [
      { ...config(""), data: { a: "b" } },
      /^Error: Kubernetes resources require a .metadata.name: `\{"apiVersion":"v1",/,
    ],
    [{ apiVersion: "v1", kind: "Secret", data: { a: "hidden" } }, /"data":"\[secret\]"/],
    [{ kind: "Site", spec: { a: makeSecret("hidden") } }, /"spec":\{"a":"\[secret\]"\}/],
    [{ apiVersion: "v1", kind: "List", items: [3] }, /^Error: YAML object is invalid: `[^`]+`: item 0 is no object$/],
    [{ kind: "x".repeat(200) }, /`.{97}\.\.\.`$/],
  ];
  for (const [manifest, message] of refused) await assert.rejects(normalized([manifest], context), message);
});

test("of what was secret only the names are opened", () => {
  const metadata = { name: "n", namespace: "s", annotations: { a: "text" } };
  const given = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: makeSecret("b"), c: "d" } };
  assert.deepEqual(manifestOf({ ...given, metadata: { ...metadata, name: makeSecret("n") } }), given);
  const hidden = {
    ...given,
    metadata: { ...metadata, annotations: { a: makeSecret("text") } },
    data: makeSecret({ a: "b", c: "d" }),
  };
  assert.deepEqual([manifestOf(makeSecret(given)), manifestOf(given, true)], [hidden, hidden]);
  assert.equal(manifestOf("text"), undefined);
});
