// Makes a checkout ready: packages, the built library, and the link by which the checkout finds itself as a package.
// Does only what is missing, so that a second run costs a few milliseconds. `--build` never installs packages (npm calls
// it from its own install).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  fail(`Node ${process.versions.node} is too old: pulumi-multisite needs Node 20.11 or later.`);
}

if (!process.argv.includes("--build")) installPackages();
linkSelf();
build();

/** Installs what the lock file says, when it differs from what was last installed. */
function installPackages() {
  const wanted = digest([at("package-lock.json"), at("package.json")]);
  const stamp = at("node_modules", ".multisite-packages");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("installing packages (once) ...");
  // The build follows below, so npm need not run it as well.
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
}

/** `pulumi-multisite` and `npx multisite` resolve in the checkout as they do in a project that depends on it. */
function linkSelf() {
  link(at("node_modules", "pulumi-multisite"), root);
  if (process.platform !== "win32") link(at("node_modules", ".bin", "multisite"), at("bin", "multisite.js"));
}

function link(path, target) {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  rmSync(path, { force: true, recursive: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(process.platform === "win32" ? target : relative(dirname(path), target), path, "junction");
}

/** Compiles lib, rehearsal and policy to dist, when a source is not the one that was last compiled. */
function build() {
  const sources = ["lib", "rehearsal", "policy"]
    .filter((folder) => existsSync(at(folder)))
    .flatMap((folder) => filesIn(at(folder)));
  if (sources.length === 0) return; // an installed package: dist came with it
  const stamp = at("dist", ".multisite-sources");
  const wanted = digest([...sources, at("tsconfig.json"), at("tsconfig.build.json"), at("package-lock.json")]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("building ...");
  // Whoever starts waits for this; types are checked by `npm test` and `npm run check`. The compiler is TypeScript 7, which
  // has no API: `typescript` stays 6 for the SDK, ts-node and our own tests, which call it.
  const tsc = at("node_modules", "@typescript", "native", "bin", "tsc");
  run(process.execPath, [tsc, "-p", at("tsconfig.build.json"), "--noCheck"]);
  // Node compiles no TypeScript below node_modules, so projects that install the package use the pack from dist.
  for (const file of ["PulumiPolicy.yaml", "package.json"]) {
    const compiled = readFileSync(at("policy", file), "utf8").replace("index.ts", "index.js");
    writeFileSync(at("dist", "policy", file), compiled);
  }
  writeFileSync(stamp, wanted);
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function digest(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error) fail(`Cannot run ${command}: ${error.message}`);
  if (status !== 0) fail(`${command} ${args[0]} failed; its output is above.`);
}

function say(text) {
  process.stderr.write(`multisite: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
