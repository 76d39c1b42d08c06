import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = resolve(__dirname, "..");
const CLOUDS = ["@pulumi/aws", "@pulumi/gcp", "@pulumi/azure-native", "@pulumi/tls", "@pulumi/random"];

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
    const used = specifiers(`dist/${entry.replace(/\.ts$/, ".d.ts")}`);
    assert.deepEqual(
      [...used].filter((one) => forbidden.some((sdk) => isOf(one, sdk))),
      [],
    );
    if (entry !== "lib/plan/index.ts") assert.ok(used.has("@pulumi/pulumi"), "the scan sees what is imported");
  });
}

/** Packages that the shipped declarations of an entry import, directly or through other files. */
function specifiers(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const queue = [join(ROOT, entry)];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8"), true, true).importedFiles) {
      if (!fileName.startsWith(".")) packages.add(fileName);
      else if (!fileName.endsWith(".json")) queue.push(declarationsOf(join(dirname(file), fileName)));
    }
  }
  return packages;
}

function declarationsOf(path: string): string {
  return existsSync(`${path}.d.ts`) ? `${path}.d.ts` : join(path, "index.d.ts");
}
