import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = resolve(__dirname, "..");
const CLOUDS = ["@pulumi/aws", "@pulumi/gcp", "@pulumi/azure-native", "@pulumi/tls"];

/** The clouds' SDKs that an entry of the library may use. */
const ENTRIES = {
  "lib/index.ts": [],
  "lib/plan/index.ts": [],
  "lib/aws.ts": ["@pulumi/aws"],
  "lib/gcp.ts": ["@pulumi/gcp"],
  "lib/azure.ts": ["@pulumi/azure-native"],
  "lib/tls.ts": ["@pulumi/tls"],
} satisfies Record<string, string[]>;

const isOf = (specifier: string, sdk: string) => specifier === sdk || specifier.startsWith(`${sdk}/`);

for (const [entry, allowed] of Object.entries(ENTRIES) as [string, string[]][]) {
  const forbidden = CLOUDS.filter((sdk) => !allowed.includes(sdk));

  test(`${entry} runs without ${forbidden.join(", ")}`, () => {
    const program = `
      const Module = require("node:module");
      const load = Module._load;
      Module._load = function (request, ...rest) {
        if (${JSON.stringify(forbidden)}.some((sdk) => request === sdk || request.startsWith(sdk + "/")))
          throw new Error("loads " + request);
        return load.call(this, request, ...rest);
      };
      require(${JSON.stringify(join(ROOT, entry))});`;
    const run = spawnSync(process.execPath, ["--require", require.resolve("./support/typescript.cjs"), "-e", program], {
      cwd: ROOT,
      encoding: "utf8",
    });
    assert.equal(run.status, 0, run.stderr);
  });

  test(`${entry} type-checks without ${forbidden.join(", ")}`, () => {
    const used = specifiers(entry);
    assert.deepEqual(
      [...used].filter((one) => forbidden.some((sdk) => isOf(one, sdk))),
      [],
    );
    for (const sdk of allowed)
      assert.ok(
        [...used].some((one) => isOf(one, sdk)),
        "the scan sees what is imported",
      );
  });
}

/**
 * Packages that an entry imports, directly or through other files, for their values or their types alone. The sources
 * tell what the shipped declarations need: a type can only come from a package that some file of theirs imports.
 */
function specifiers(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const queue = [join(ROOT, entry)];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
      if (!fileName.startsWith(".")) packages.add(fileName);
      else if (!fileName.endsWith(".json")) queue.push(sourceOf(join(dirname(file), fileName)));
    }
  }
  return packages;
}

function sourceOf(path: string): string {
  return existsSync(`${path}.ts`) ? `${path}.ts` : join(path, "index.ts");
}
