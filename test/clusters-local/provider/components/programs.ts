import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { openSession, type RunResult, type Session } from "../../../../rehearsal/engine";
import type { ProviderSource } from "../../../../rehearsal/engine/provider";
import { temporaryFolder } from "../../../support/folders";
import { project } from "../support";

/** A program whose first provider leads to the cluster of CASE_KUBECONFIG, and a session on it. */
export interface Program {
  readonly session: Session;
  /** Replaces the program. */
  write(code: string): void;
}

const header = `
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const { ConfigGroup, ConfigFile } = k8s.yaml.v2;
const provider = new k8s.Provider("cluster", { kubeconfig: process.env.CASE_KUBECONFIG });
const opts = { provider };
`;

/** Opens a program in a folder of its own, with files by their paths, in it or in its folder `m`. */
export async function openComponents(
  test: TestContext,
  source: (dir: string) => ProviderSource,
  code: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const root = temporaryFolder(test);
  const dir = join(root, "program");
  mkdirSync(join(dir, "m"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const write = (text: string) => writeFileSync(join(dir, "index.js"), header + text);
  write(code);
  project(root, dir, "case");
  const session = await openSession({ projectDir: dir, stack: "dev", passphrase: "case", sources: [source(dir)] });
  test.after(() => session.close());
  return { session, write };
}

/** Steps that do something, as `op name`, but for those of components and providers. */
export const done = ({ steps }: RunResult): string[] =>
  steps
    .filter(({ op, type }) => op !== "same" && /^kubernetes:.*\/v\d\w*:/.test(type) && !type.includes("yaml/"))
    .map(({ op, name }) => `${op} ${name}`)
    .sort();

export const found = (run: RunResult, name: string) => run.resources.find((resource) => resource.name === name);

/** What is wrong, or to be minded. */
export const said = ({ diagnostics }: RunResult): string[] =>
  diagnostics.filter(({ severity }) => severity !== "info").map(({ message }) => message.trim());
