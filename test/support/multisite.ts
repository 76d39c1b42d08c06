import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Report } from "../../rehearsal/report/report";

/** The root of the checkout. */
export const ROOT = dirname(dirname(__dirname));

/** How one run of the command ended. */
export interface Ended {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `multisite` as a user does, in a process of its own. */
export function multisite(args: readonly string[], options: { cwd?: string; input?: string } = {}): Promise<Ended> {
  const child = start(args, options.cwd);
  child.stdin?.end(options.input ?? "");
  return ended(child);
}

/** Starts `multisite` and leaves it running. */
export function start(args: readonly string[], cwd = ROOT): ChildProcess {
  return spawn(process.execPath, [join(ROOT, "bin", "multisite.js"), ...args], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Waits for a process and gathers what it writes. */
export function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on("close", (exit) => resolve({ exit, stdout, stderr })));
}

/** Runs `multisite` with `--json -` and reads the report. */
export async function reported(args: readonly string[]): Promise<Ended & { report: Report }> {
  const run = await multisite([...args, "--json", "-"]);
  return { ...run, report: run.stdout === "" ? (undefined as never) : JSON.parse(run.stdout) };
}

/** Makes a folder the project `sample` of a program in JavaScript, beside the checkout's packages. */
export function writeProgram(dir: string, source: string): void {
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"), "junction");
  writeFileSync(
    join(dir, "Pulumi.yaml"),
    "name: sample\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.js\n",
  );
  writeFileSync(join(dir, "index.js"), source);
}

/**
 * A folder with the program of a Fleet whose spec is the given JavaScript expression, beside the checkout's packages. In it,
 * `site(name, number, region, more?)` is a site on EKS; of the clouds' SDKs it loads those that the expression names.
 */
export function programWith(spec: string): string {
  const dir = mkdtempSync(join(tmpdir(), "multisite-program-"));
  const others = Object.entries({ gke: "gcp", aks: "azure" }).filter(([kind]) => spec.includes(`"${kind}"`));
  writeProgram(
    dir,
    `const pulumi = require("@pulumi/pulumi");
const { Fleet } = require("pulumi-multisite");
const { eks } = require("pulumi-multisite/aws");
${others.map(([kind, entry]) => `const { ${kind} } = require("pulumi-multisite/${entry}");`).join("\n")}
const site = (name, number, region, more) => ({ kind: "eks", name, number, region, account: "111122223333",
  apiAccess: { mode: "private" }, pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 3 }], ...more });
new Fleet("sample", { kinds: [${["eks", ...others.map(([kind]) => kind)].join(", ")}], spec: ${spec} });
`,
  );
  return dir;
}
