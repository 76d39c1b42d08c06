import { chmodSync, cpSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Deployment, RunResult, Step } from "../../../rehearsal/engine";
import { pluginFolders } from "../../../rehearsal/engine/pluginProvider";
import type { Provider, ProviderSource } from "../../../rehearsal/engine/provider";

/** The runs that a case records. */
export type Engine = "preview" | "up" | "again" | "secondPreview" | "secondUp";

/** One run as engine-cases record it. */
export interface RecordedRun {
  exit: number;
  steps: { urn: string }[];
  diagnostics: unknown[];
  violations: unknown[];
}

export type Record = { [run in Engine]?: RecordedRun } & { state: unknown[] };

const modules = path.resolve(__dirname, "../../../node_modules");

/**
 * A writable copy of a folder of cases, with packages, in which the case `name` is a project of its own.
 * @param namesProvider whether the project names the cases' provider by its folder.
 */
export function labFolder(source: string, name: string, namesProvider: boolean): string {
  const root = mkdtempSync(path.join(tmpdir(), "engine-case-"));
  for (const part of ["cases", "lib", "pack", "provider"])
    cpSync(path.join(source, part), path.join(root, part), { recursive: true });
  unlock(root);
  symlinkSync(modules, path.join(root, "node_modules"));
  writeFileSync(path.join(root, "package.json"), JSON.stringify({ name: "cases", version: "0.0.0" }));
  const project = {
    name: "case",
    runtime: "nodejs",
    main: "index.js",
    ...(namesProvider && { plugins: { providers: [{ name: "lab", path: "../../provider" }] } }),
  };
  writeFileSync(path.join(root, "cases", name, "Pulumi.yaml"), JSON.stringify(project));
  return root;
}

/** The provider of a copy of a folder of cases, in one process for all runs of a session: it keeps nothing of a run. */
export class KeptProvider implements ProviderSource {
  private provider: Promise<Provider | undefined> | undefined;
  private readonly folder: ProviderSource;

  constructor(root: string, pwd: string) {
    const plugin = { name: "lab", path: path.join(root, "provider"), version: "" };
    this.folder = pluginFolders({ plugins: [plugin], pwd }, () => undefined);
  }

  async open(pkg: string, version: string): Promise<Provider | undefined> {
    if (pkg !== "lab") return undefined;
    this.provider ??= this.folder.open(pkg, version);
    const provider = await this.provider;
    return provider && Object.create(provider, { close: { value: async () => undefined } });
  }

  fidelity(): undefined {}

  /** Ends the process. */
  async close(): Promise<void> {
    await (await this.provider)?.close();
  }
}

/** The source may be read-only, and its copy must be removable. */
function unlock(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) unlock(file);
    else chmodSync(file, 0o644);
  }
}

const byUrn = (left: { urn: string }, right: { urn: string }): number =>
  left.urn < right.urn ? -1 : left.urn > right.urn ? 1 : 0;
const withoutId = (reference: string): string => `${reference.slice(0, reference.lastIndexOf("::"))}::<id>`;

/** Without fields that hold nothing, keys in order, as a record has them. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, tidy(field)]));
}

const filled = (value: object | undefined): object | undefined =>
  value !== undefined && Object.keys(value).length > 0 ? value : undefined;

function recordedStep(step: Step): { urn: string } {
  return tidy({
    op: step.op,
    urn: step.urn,
    inputs: filled(step.inputs),
    parent: step.parent,
    provider: step.provider === undefined ? undefined : withoutId(step.provider),
    protect: step.protect,
    replaceKeys: step.replaceKeys,
    diffs: step.diffs,
  }) as { urn: string };
}

const recordedFields =
  "additionalSecretOutputs custom dependencies id inputs outputs parent propertyDependencies protect provider type urn".split(
    " ",
  );

/** A run's result, or a deployment, in the form of the records. */
export function recorded(result: RunResult, root: string): RecordedRun;
export function recorded(deployment: Deployment): { state: unknown[] };
export function recorded(given: RunResult | Deployment, root = ""): RecordedRun | { state: unknown[] } {
  if ("deployment" in given) {
    const resources = (given.deployment.resources ?? []).map((resource) => {
      const fields = Object.fromEntries(
        recordedFields.filter((field) => field in resource).map((field) => [field, resource[field]]),
      );
      if (typeof fields.provider === "string") fields.provider = withoutId(fields.provider);
      if (resource.type.startsWith("pulumi:providers:")) delete fields.id;
      return tidy(fields) as { urn: string };
    });
    const text = JSON.stringify(resources.sort(byUrn)).replace(
      /"ciphertext":"v1:[^"]*"/g,
      '"ciphertext":"<ciphertext>"',
    );
    return { state: JSON.parse(text) as unknown[] };
  }
  const order = (left: { urn: string }, right: { urn: string }): number =>
    byUrn(left, right) || (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1);
  return {
    exit: given.exit,
    steps: given.steps
      .map(recordedStep)
      .sort(
        (left, right) => byUrn(left, right) || ((left as unknown as Step).op < (right as unknown as Step).op ? -1 : 1),
      ),
    diagnostics: given.diagnostics
      .map((each) => tidy({ ...each, message: each.message.replaceAll(root, "<cases>").slice(0, 600) }))
      .sort((a, b) => order(a as { urn: string }, b as { urn: string })),
    violations: given.violations
      .map(({ level, message, policy, urn }) => tidy({ level, message, policy, urn }))
      .sort((a, b) => ((a as { policy: string }).policy < (b as { policy: string }).policy ? -1 : 1)),
  };
}
