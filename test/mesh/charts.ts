import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { HelmValues } from "../../lib/mesh/values";
import { CILIUM_CHARTS, type CiliumMinor } from "../../lib/plan/versions";
import { absentGoModule, goModuleFolder } from "../support/goModules";
import { localTools } from "../support/localTools";
import { piped } from "../support/piped";

/** Folder of Cilium's chart in Go's module cache, once {@link absentChart} has looked. */
export function chartFolder(minor: CiliumMinor): string {
  const { goModule, version, path } = CILIUM_CHARTS[minor].offline;
  return join(goModuleFolder(goModule, version), path);
}

/** Why a chart cannot be rendered here, or false. What is missing is fetched and built. */
export async function absentChart(minor: CiliumMinor): Promise<string | false> {
  const { goModule, version } = CILIUM_CHARTS[minor].offline;
  const absent = await absentGoModule(goModule, version);
  if (absent !== false) return absent;
  const tools = await localTools();
  return typeof tools === "string" ? tools : false;
}

/** What Helm makes of the chart with these values, as its text. */
export async function render(minor: CiliumMinor, values: HelmValues): Promise<string> {
  const tools = await localTools();
  if (typeof tools === "string") throw new Error(tools);
  const args = ["template", "cilium", chartFolder(minor), "--namespace", "kube-system", "--values", "-"];
  return piped(tools.helm.path, args, JSON.stringify(values), { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 });
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
