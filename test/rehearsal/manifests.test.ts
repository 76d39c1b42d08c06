import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, describe, it } from "node:test";
import { ManifestError } from "../../lib/plan/demand";
import { readManifests } from "../../rehearsal/manifests";
import { webDeployment } from "../support/webDeployment";

let folder = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "manifests-"));
  const files: Record<string, string | Uint8Array> = {
    "all/b.yaml": "b",
    "all/a.yml": "a",
    "all/deep/c.json": "c",
    "all/README.md": "no manifest",
    "all/.hidden/x.yaml": "hidden",
    "all/node_modules/x.yaml": "of a package",
    "none/README.md": "no manifest",
    "chart/Chart.yaml": "name: a",
    "chart/templates/a.yaml": "{{ a }}",
    "built/kustomization.yaml": "resources: [a.yaml]",
    "wide.yaml": Buffer.from("\uFEFFä: 1", "utf16le"),
    "wrong.yaml": webDeployment("{ name: web, image: web }").replace("spec:", "spec:\n  replicas: three"),
    "garbage.yaml": new Uint8Array([0xc3, 0x28, 0xff]),
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  symlinkSync("..", join(folder, "all/deep/up"));
  symlinkSync("self.yaml", join(folder, "self.yaml"));
});

after(() => rmSync(folder, { recursive: true, force: true }));

const read = async (...names: string[]) => {
  const sources = await readManifests(names.map((name) => join(folder, name)));
  return sources.map(({ name, text }) => [relative(folder, name), text]);
};

async function problemsOf(...names: string[]): Promise<string[]> {
  try {
    await read(...names);
  } catch (error) {
    assert.ok(error instanceof ManifestError);
    return error.problems.map(({ path, message }) => `${relative(folder, path)} ${message}`);
  }
  return [];
}

describe("readManifests", () => {
  it("reads a folder with all folders in it, by name, each once although a link leads back", async () => {
    assert.deepEqual(await read("all"), [
      ["all/a.yml", "a"],
      ["all/b.yaml", "b"],
      ["all/deep/c.json", "c"],
    ]);
  });

  it("reads a file that is named whatever its ending, and UTF-16 by its mark", async () => {
    assert.deepEqual(await read("all/README.md", "wide.yaml"), [
      ["all/README.md", "no manifest"],
      ["wide.yaml", "ä: 1"],
    ]);
  });

  it("reads standard input for -", async () => {
    const sources = await readManifests(
      ["-"],
      (async function* () {
        yield Buffer.from("kind: ");
        yield Buffer.from("Pod");
      })(),
    );
    assert.deepEqual(sources, [{ name: "standard input", text: "kind: Pod" }]);
  });

  it("names every path that cannot be read, and why, and what is wrong in the others", async () => {
    assert.deepEqual(await problemsOf("missing.yaml", "self.yaml", "garbage.yaml"), [
      "missing.yaml does not exist",
      "self.yaml is a link that leads to itself",
      "garbage.yaml is no text: it is neither UTF-8 nor UTF-16 with a byte order mark",
    ]);
    assert.deepEqual(await problemsOf("garbage.yaml", "wrong.yaml"), [
      "garbage.yaml is no text: it is neither UTF-8 nor UTF-16 with a byte order mark",
      'wrong.yaml:5 (document 1, Deployment web) spec.replicas must be a whole number from 0 to 2147483647, got "three"',
    ]);
    assert.deepEqual(await problemsOf("none"), ["none holds no file that ends in .yaml, .yml, .json"]);
  });

  it("says what to run for a chart and a kustomization", async () => {
    const [chart, kustomization] = await problemsOf("chart", "built");
    assert.match(
      chart ?? "",
      /^chart is a Helm chart: render it first, "helm template .* \| multisite plan --workloads -"/,
    );
    assert.match(kustomization ?? "", /^built is a kustomization: build it first, "kubectl kustomize /);
  });

  it("says so when a file may not be read", {
    skip: process.getuid?.() === 0 ? "root may read all" : false,
  }, async () => {
    const path = join(folder, "secret.yaml");
    writeFileSync(path, "");
    chmodSync(path, 0);
    assert.deepEqual(await problemsOf("secret.yaml"), ["secret.yaml may not be read: permission denied"]);
  });

  it("stops reading what has no end", async () => {
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(1 << 22, " ");
    })();
    await assert.rejects(readManifests(["-"], endless), /standard input: is too large: at most \d+ bytes/);
  });
});
