// Runs the tests: formatter, linter and type check first, then every test file. Arguments are files or folders, whose types
// are not checked.
//   npm test                  everything
//   npm test -- test/plan     only these
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINUTE = 60_000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Files that change what belongs to their process, or wait for control planes of their own while others go on. */
const OWN_PROCESS = [
  ...["drill", "helm/real", "rehearse", "sites/real", "trust"].map((path) => `test/clusters-local/${path}`),
  ...["test/mesh-real", "test/rehearsal/cli/examples", "test/rehearsal/pulumi"],
];
/** Files whose tests share control planes, by the name of their process: see test/support/shared.ts. */
const SHARING = {
  "clusters-local-plane": ["faults", "faultsInput", "faultsKilled", "provider/cases", "provider/components/yaml"],
  "clusters-local-sites": ["life/drift", "life/lost", "provider/waiting", "toolchain/optional", "trust/status"],
};
const sharedBy = new Map(
  Object.entries(SHARING).flatMap(([name, of]) => of.map((file) => [`test/clusters-local/${file}.test.ts`, name])),
);
/** What is about the processes of programs. Others share theirs: see test/support/hostedPrograms.cjs. */
const OWN_PROGRAMS = ["test/rehearsal/pulumi"];
/** What takes minutes, and on a cold machine builds what only it needs. */
const LONGEST = [
  ...["test/clusters-local/trust", "test/clusters-local/drill", "test/rehearsal/cli/examples", "test/trust"],
  ...Object.keys(SHARING),
];
const wanted = process.argv.slice(2);
const files = (wanted.length === 0 ? ["test"] : wanted).flatMap(testsIn);
if (files.length === 0) {
  console.error(`No test file in ${wanted.join(", ")}: name files that end in .test.ts, or folders that have some.`);
  process.exit(2);
}
if (wanted.length === 0) run("formatter and linter", "node_modules/@biomejs/biome/bin/biome", ["check", "."]);
// What the type check has compiled anyway is what tests and their programs read: see typescript.cjs and programs.cjs in
// test/support.
const compiled = join(root, "node_modules", ".multisite-tests");
const emit = ["--noEmit", "false", "--noEmitOnError", "--sourceMap", "--rootDir", ".", "--outDir", compiled];
const tsc = "node_modules/@typescript/native/bin/tsc";
if (wanted.length === 0) run("type check", tsc, emit);
else run("compiler", tsc, [...emit, "--noCheck"]);
process.env.MULTISITE_COMPILED = compiled;
const programs = JSON.stringify(join(root, "test", "support", "programs.cjs"));
// Most of what tests and their programs make is soon dropped: with more room for it they copy less that is about to be
// dropped, which saves a fifteenth of their time.
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --max-semi-space-size=64 --require ${programs}`;
// One process more than cores: those with control planes wait for them half of their time. Another gains nothing.
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
// What hangs is ended, and its file or folder named; so is what leaves programs that keep its output open. The first files of
// a cold machine wait up to half an hour for programs that others build.
const timeout = `--test-timeout=${45 * MINUTE}`;
const runner = [
  "./test/support/preload.cjs",
  "--test",
  concurrency,
  timeout,
  "--test-reporter=spec",
  ...processes(files),
];
run("tests", "--require", runner, 80 * MINUTE);

function testsIn(path) {
  if (statSync(join(root, path), { throwIfNoEntry: false })?.isDirectory()) {
    return readdirSync(join(root, path), { recursive: true })
      .filter((file) => file.endsWith(".test.ts"))
      .map((file) => join(path, file))
      .sort();
  }
  return path.endsWith(".test.ts") ? [join(path)] : [];
}

/**
 * What node runs a process each for: a file, or those of a folder one after the other. To load the SDK and what compiles on the
 * way takes a process over a second, more than most files take for their tests. Node runs them in the order of their names:
 * files that wait for control planes alternate with folders, the longest first, so that nobody waits for the last one.
 */
function processes(files) {
  const groups = join(compiled, "processes");
  rmSync(groups, { recursive: true, force: true });
  mkdirSync(groups);
  const folders = new Map();
  for (const file of files) {
    const alone = OWN_PROCESS.some((path) => file.startsWith(path));
    const key = sharedBy.get(file) ?? (alone ? file : dirname(file));
    folders.set(key, [...(folders.get(key) ?? []), file]);
  }
  const all = [...folders.entries()].sort(([a, { length: m }], [b, { length: n }]) => isLong(b) - isLong(a) || n - m);
  const [single, together] = [all.filter(([, of]) => of.length === 1), all.filter(([, of]) => of.length > 1)];
  const ordered = all.flatMap((_, i) => [single[i] ?? [], together[i] ?? []]).filter((one) => one.length > 0);
  return ordered.map(([name, of], i) => {
    const number = String(i).padStart(3, "0");
    const process = join(groups, `${number}-${name.replaceAll(/[\\/]/g, "-").replace(/\.test\.ts$/, "")}.cjs`);
    const load = (file) => `require(${JSON.stringify(join(root, file))});`;
    const first = OWN_PROGRAMS.some((path) => name.startsWith(path)) ? [] : [load("test/support/hostedPrograms.cjs")];
    if (name in SHARING) first.push(load("test/support/shared.ts"));
    const suites = of.map((file) => `describe(${JSON.stringify(file)}, () => { ${load(file)} });`);
    const code = of.length === 1 ? of.map(load) : ['const { describe } = require("node:test");', ...suites];
    writeFileSync(process, `${[...first, ...code].join("\n")}\n`);
    return process;
  });
}

function isLong(name) {
  return Number(LONGEST.some((path) => name.startsWith(path)));
}

function run(what, script, args, timeout) {
  console.error(`multisite: ${what} ...`);
  const { status, error } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: "inherit", timeout });
  if (error !== undefined) console.error(`multisite: ${what}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
