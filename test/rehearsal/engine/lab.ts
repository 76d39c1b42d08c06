import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { openSession, type Session, type SessionOptions } from "../../../rehearsal/engine";
import {
  PartialFailure,
  type Properties,
  type Provider,
  type ProviderSource,
} from "../../../rehearsal/engine/provider";

const modules = path.resolve(__dirname, "../../../node_modules");

const header = `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.CustomResource { constructor(n, a, o) { super("lab:index:Thing", n, { ref: undefined, ...a }, o); } }
class Box extends pulumi.ComponentResource { constructor(n, a, o) { super("lab:index:Box", n, a, o); } }
class Lab extends pulumi.ProviderResource { constructor(n, a, o) { super("lab", n, a ?? {}, o); } }
`;

/**
 * A provider in this process: `kind` is immutable, `ref` is computed, `fail` breaks the operation that it names.
 * @param instead methods in the place of the provider's own, which they may call.
 */
export function labSource(
  calls: string[] = [],
  instead: (own: Provider) => Partial<Provider> = () => ({}),
): ProviderSource {
  const changed = (olds: Properties, news: Properties): string[] =>
    [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
      (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
    );
  const plain = (value: unknown): unknown =>
    typeof value === "object" && value !== null && "value" in value ? value.value : value;
  const own: Provider = {
    checkConfig: async ({ news }) => ({ inputs: news, failures: [] }),
    diffConfig: async ({ oldInputs, news }) => {
      const diffs = changed(oldInputs, news);
      return {
        changes: diffs.length > 0 ? "some" : "none",
        replaces: diffs.filter((key) => key === "account"),
        deleteBeforeReplace: false,
        diffs,
      };
    },
    configure: async () => ({ acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true }),
    check: async ({ news }) => ({ inputs: news, failures: [] }),
    diff: async ({ oldInputs, news }) => {
      const diffs = changed(oldInputs, news);
      return {
        changes: diffs.length > 0 ? "some" : "none",
        replaces: diffs.filter((key) => key === "kind"),
        deleteBeforeReplace: false,
        diffs,
      };
    },
    async create({ name, inputs, preview, isImported }) {
      if (preview) return { id: "", outputs: { ...inputs, ref: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } };
      calls.push(`${isImported === true ? "import" : "create"} ${name}`);
      if (inputs.fail === "create") throw new Error(`cannot create with ${String(plain(inputs.note))}`);
      if (inputs.fail === "half") throw new PartialFailure("only half done", `id-${name}`, { ...inputs, ref: "half" });
      return { id: `id-${name}-${calls.length}`, outputs: { ...inputs, ref: `ref-${name}` } };
    },
    read: async ({ id, inputs }) => ({
      id: id === "missing" ? "" : id,
      inputs,
      outputs: id === "missing" ? {} : { ref: `read-${id}` },
    }),
    async update({ name, news, oldOutputs, preview }) {
      if (!preview) calls.push(`update ${name}`);
      return { outputs: { ...news, ref: oldOutputs.ref } };
    },
    async delete({ name, id }) {
      calls.push(`delete ${name} ${id}`);
    },
    invoke: async ({ args }) => ({ result: args, failures: [] }),
    close: async () => undefined,
  };
  const provider = { ...own, ...instead(own) };
  return { open: async (pkg) => (pkg === "lab" ? provider : undefined), fidelity: () => "modelled" };
}

/** A project of one program in a folder of its own; `write` replaces the program. */
export function labProject(code: string): { dir: string; write(code: string): void; remove(): void } {
  const dir = mkdtempSync(path.join(tmpdir(), "engine-lab-"));
  symlinkSync(modules, path.join(dir, "node_modules"));
  writeFileSync(path.join(dir, "package.json"), '{ "name": "lab-program", "version": "0.0.0", "main": "index.js" }');
  writeFileSync(
    path.join(dir, "Pulumi.yaml"),
    "name: program\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  const write = (text: string): void => writeFileSync(path.join(dir, "index.js"), header + text);
  write(code);
  return { dir, write, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Runs `work` with a session on a program. */
export async function withLab(
  code: string,
  work: (session: Session, project: ReturnType<typeof labProject>, calls: string[]) => Promise<void>,
  options: Partial<SessionOptions> = {},
): Promise<void> {
  const project = labProject(code);
  const calls: string[] = [];
  try {
    const session = await openSession({
      projectDir: project.dir,
      stack: "dev",
      sources: [labSource(calls)],
      passphrase: "lab",
      ...options,
    });
    try {
      await work(session, project, calls);
    } finally {
      await session.close();
    }
  } finally {
    project.remove();
  }
}
