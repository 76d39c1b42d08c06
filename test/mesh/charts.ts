import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { HelmValues } from "../../lib/mesh/values";
import { CILIUM_CHARTS, type CiliumMinor } from "../../lib/plan/versions";
import { presentToolchain } from "../../rehearsal/clusters/toolchain";
import { piped } from "../support/piped";

/** Folder of Cilium's chart in Go's module cache. */
export function chartFolder(minor: CiliumMinor): string {
  const { goModule, version, path } = CILIUM_CHARTS[minor].offline;
  return join(process.env.GOMODCACHE ?? join(homedir(), "go/pkg/mod"), `${goModule}@${version}`, path);
}

/** Why a chart cannot be rendered here, or false. */
export async function absentChart(minor: CiliumMinor): Promise<string | false> {
  const { goModule, version } = CILIUM_CHARTS[minor].offline;
  if (!existsSync(chartFolder(minor))) return `the chart is not here: go mod download ${goModule}@${version}`;
  return (await presentToolchain()) === undefined ? "no helm here: rehearse --clusters installs it" : false;
}

/** What Helm makes of the chart with these values, as its text. */
export async function render(minor: CiliumMinor, values: HelmValues): Promise<string> {
  const tools = await presentToolchain();
  const args = ["template", "cilium", chartFolder(minor), "--namespace", "kube-system", "--values", "-"];
  return piped(tools!.helm.path, args, JSON.stringify(values), { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 });
}

/** An object of a render. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly [part: string]: unknown;
}

/** The objects of a render. */
export function objectsOf(text: string): Rendered[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Rendered | null) ?? []);
}

/** The chart's own schema of its values. */
export function schemaOf(minor: CiliumMinor): { readonly properties: Readonly<Record<string, object>> } {
  return JSON.parse(readFileSync(join(chartFolder(minor), "values.schema.json"), "utf8"));
}
