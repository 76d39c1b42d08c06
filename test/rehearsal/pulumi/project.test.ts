import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, it } from "node:test";
import { parse } from "yaml";
import { readProject } from "../../../rehearsal/engine/project";
import { findCli } from "../../../rehearsal/pulumi/cli";
import { mirrorProject } from "../../../rehearsal/pulumi/mirror";
import { installedPackages } from "../../../rehearsal/pulumi/packages";
import { withSeeds } from "../../../rehearsal/pulumi/seeds";
import { UserError } from "../../../rehearsal/userError";
import { ROOT } from "../../support/multisite";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "multisite-project-")));
after(() => rmSync(folder, { recursive: true, force: true }));

function folderOf(name: string, files: { [path: string]: string }): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, path, ".."), { recursive: true });
    writeFileSync(join(folder, name, path), text);
  }
  return join(folder, name);
}

describe("the mirror of a project", () => {
  const plugin = { "PulumiPlugin.yaml": "runtime: nodejs\n" };
  const [far] = [folderOf("far", plugin), folderOf("near", plugin)];
  const written = `name: shop
runtime: { name: nodejs, options: { typescript: false } }
main: src/index.js
backend: { url: "s3://the-real-states" }
stackConfigDir: stacks
plugins: { providers: [{ name: lab, path: ./lab }, { name: far, path: ${far} }] }
packages: { near: ../near, lab: { source: ./lab, version: 1.0.0 }, far: ${far}, other: pulumi/other@1.0.0 }
`;
  const project = folderOf("shop", {
    "Pulumi.yaml": written,
    "stacks/Pulumi.dev.yaml": "config: { shop:a: b }\n",
    "stacks/Pulumi.prod.yaml": "secretsprovider: awskms://x\n",
    "src/index.js": "",
    "lab/PulumiPlugin.yaml": "runtime: nodejs\n",
  });
  const mirror = join(folder, "mirror");
  mirrorProject(readProject(project, "dev"), mirror);
  const { main, plugins, packages, ...others } = parse(readFileSync(join(mirror, "Pulumi.yaml"), "utf8"));

  it("leads to the real files by every path, and to no real state", () => {
    assert.equal(realpathSync(join(mirror, main)), join(project, "src", "index.js"));
    assert.equal(realpathSync(join(mirror, "program")), project);
    assert.deepEqual(
      plugins.providers.map(({ path }: { path: string }) => path),
      ["program/lab", far],
    );
    assert.deepEqual(packages, {
      near: join(folder, "near"),
      lab: { source: join(project, "lab"), version: "1.0.0" },
      far: far,
      other: "pulumi/other@1.0.0",
    });
    assert.deepEqual(others, { name: "shop", runtime: { name: "nodejs", options: { typescript: false } } });
  });

  it("has the stack's settings as a copy, and no other stack's", () => {
    writeFileSync(join(mirror, "Pulumi.dev.yaml"), "encryptionsalt: x\n");
    assert.equal(readFileSync(join(project, "stacks", "Pulumi.dev.yaml"), "utf8"), "config: { shop:a: b }\n");
    assert.throws(() => readFileSync(join(mirror, "Pulumi.prod.yaml")));
    assert.equal(readFileSync(join(project, "Pulumi.yaml"), "utf8"), written);
  });

  it("runs the folder itself where no main is named", () => {
    const bare = folderOf("bare", { "Pulumi.yaml": "name: bare\nruntime: nodejs\n" });
    mirrorProject(readProject(bare, "dev"), join(folder, "mirror-of-bare"));
    const settings = parse(readFileSync(join(folder, "mirror-of-bare", "Pulumi.yaml"), "utf8"));
    assert.equal(realpathSync(join(folder, "mirror-of-bare", settings.main)), bare);
  });
});

describe("the packages of a program", () => {
  it("are those of the nearest node_modules that call themselves providers, by the plugin's name", () => {
    const manifest = (name: string, version: string, pulumi?: object) => JSON.stringify({ name, version, pulumi });
    const outer = folderOf("outer", {
      "node_modules/@pulumi/aws/package.json": manifest("@pulumi/aws", "6.0.0", { resource: true, name: "aws" }),
      "node_modules/@acme/dns/package.json": manifest("@acme/dns", "1.0.0", { resource: true }),
      "node_modules/left-pad/package.json": manifest("left-pad", "1.0.0"),
      "node_modules/.bin/x": "",
      "inner/node_modules/@pulumi/aws/package.json": manifest("@pulumi/aws", "7.0.0", { resource: true, name: "aws" }),
    });
    assert.deepEqual(installedPackages(join(outer, "inner")), [
      { name: "aws", version: "7.0.0" },
      { name: "dns", version: "1.0.0" },
    ]);
  });

  it("are all of this checkout's", () => {
    const names = new Set(installedPackages(ROOT).map(({ name }) => name));
    for (const name of ["aws", "gcp", "azure-native", "kubernetes", "tls", "random"]) assert.ok(names.has(name), name);
  });
});

describe("the CLI", () => {
  it("is the first executable file of its name on the PATH", () => {
    const [one, two] = [folderOf("one", { pulumi: "" }), folderOf("two", { pulumi: "" })];
    mkdirSync(join(folder, "three", "pulumi"), { recursive: true });
    chmodSync(join(two, "pulumi"), 0o755);
    const path = [join(folder, "three"), one, two].join(delimiter);
    assert.equal(findCli(path), join(two, "pulumi"));
  });

  it("that is missing is a message with the way to get one", () => {
    assert.throws(
      () => findCli(folder),
      (error) => {
        return error instanceof UserError && /install/.test(error.message) && /without --engine/.test(error.message);
      },
    );
  });
});

it("names are made up from URNs, and another one for what replaces a resource", async () => {
  const seeds: string[] = [];
  const provider = {
    check: async ({ randomSeed }: { randomSeed: string }) => void seeds.push(randomSeed),
    create: async ({ inputs }: { inputs: { id: string } }) => ({ id: inputs.id, outputs: {} }),
    delete: async () => {},
  };
  const source = withSeeds({ open: async () => provider as never, fidelity: () => undefined }, [
    { urn: "old", type: "t", id: "o", inputs: {}, outputs: {}, provider: {} },
  ]);
  const opened = (await source.open("aws", ""))!;
  const check = (urn: string) => opened.check({ urn, randomSeed: "drawn by lot" } as never);
  const create = (id: string, preview: boolean) => opened.create({ urn: "new", preview, inputs: { id } } as never);
  await check("new");
  await create("", true);
  await check("new");
  await create("n", false);
  await check("new");
  await opened.delete({ urn: "new", id: "another" } as never);
  await check("new");
  await opened.delete({ urn: "new", id: "n" } as never);
  await check("new");
  await check("old");
  const [first, previewed, made, kept, deleted, old] = seeds;
  assert.ok(!seeds.includes("drawn by lot"));
  assert.deepEqual([previewed, deleted, kept], [first, first, made]);
  assert.equal(new Set([first, made, old]).size, 3);
});
