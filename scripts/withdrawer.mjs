// Writes lib/mesh/withdrawer/program.json: the program of the withdrawer's pods, as JavaScript, by the paths that its
// files have to each other. It is committed, because a component reads no files; a test compiles it anew and compares.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const SOURCES = [
  "lib/mesh/withdrawer/program/api.ts",
  "lib/mesh/withdrawer/program/data.ts",
  "lib/mesh/withdrawer/program/lease.ts",
  "lib/mesh/withdrawer/program/main.ts",
  "lib/mesh/withdrawer/program/probes.ts",
  "lib/mesh/withdrawer/program/site.ts",
  "lib/plan/mesh/withdrawal.ts",
];

/** The compiled program, as the file is to be. */
export function compiled() {
  const files = SOURCES.map((path) => [path.replace(/\.ts$/, ".js"), compile(readFileSync(join(root, path), "utf8"))]);
  return `${JSON.stringify(Object.fromEntries(files), null, 2)}\n`;
}

function compile(source) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, removeComments: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

export const FILE = join(root, "lib/mesh/withdrawer/program.json");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, compiled());
