import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Rendered } from "../mesh/charts";
import { ARGUMENT_OVERRIDES } from "./overrides";

/** What the kubelet of a site reads: the chart's objects and ours. */
export interface Objects {
  readonly rendered: readonly Rendered[];
  /** Texts of Secrets and ConfigMaps in kube-system, by `Kind/name`. */
  readonly texts: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** One container of a rendered workload, as it is run here. */
export interface Container {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Folders that are mounted, by their paths in the container. */
  readonly mounts: ReadonlyMap<string, string>;
}

/** What differs from pod to pod. */
export interface PodFacts {
  /** Folder with the flags of `cilium-config`. */
  readonly config: string;
  /** The pod's own: with it peers tell its store from the one before. */
  readonly uid: string;
}

interface Source {
  readonly secret?: { readonly name: string; readonly items?: readonly Item[]; readonly optional?: boolean };
  readonly configMap?: { readonly name: string; readonly items?: readonly Item[]; readonly optional?: boolean };
}

interface Item {
  readonly key: string;
  readonly path: string;
}

interface Volume extends Source {
  readonly name: string;
  readonly projected?: { readonly sources: readonly Source[] };
}

interface ContainerSpec {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    name: string;
    value?: string;
    valueFrom?: { configMapKeyRef?: { name: string; key: string } };
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodSpec {
  readonly containers: readonly ContainerSpec[];
  readonly initContainers?: readonly ContainerSpec[];
  readonly volumes?: readonly Volume[];
}

/** Writes the volumes of a workload that come from objects, each to a folder, and again when the objects have changed. */
export function writeVolumes(objects: Objects, kind: string, workload: string, folder: string): Map<string, string> {
  const folders = new Map<string, string>();
  for (const volume of podSpec(objects, kind, workload).volumes ?? []) {
    const sources = volume.projected?.sources ?? [volume];
    if (!sources.some((source) => source.secret ?? source.configMap)) continue;
    const at = join(folder, "volumes", `${workload}-${volume.name}`);
    mkdirSync(at, { recursive: true });
    const files = Object.assign({}, ...sources.map((source) => filesOf(objects, source))) as Record<string, string>;
    for (const gone of readdirSync(at).filter((name) => !(name in files))) rmSync(join(at, gone));
    for (const [name, text] of Object.entries(files)) replace(join(at, name), text);
    folders.set(volume.name, at);
  }
  return folders;
}

/** As a kubelet does it: whoever watches sees the old text or the new, and nothing where nothing has changed. */
export function replace(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return;
  const beside = `${dirname(file)}.new`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, file);
}

function filesOf({ texts }: Objects, { secret, configMap }: Source): Record<string, string> {
  const wanted = secret ?? configMap;
  if (wanted === undefined) return {};
  const found = texts.get(`${secret ? "Secret" : "ConfigMap"}/${wanted.name}`);
  if (found === undefined) {
    if (wanted.optional) return {};
    throw new Error(`${secret ? "Secret" : "ConfigMap"} ${wanted.name} is mounted, not optional, and not there`);
  }
  if (wanted.items === undefined) return { ...found };
  return Object.fromEntries(wanted.items.map(({ key, path }) => [path, found[key] ?? ""]));
}

/** A container of a workload with its arguments, environment and mounts resolved as a kubelet resolves them. */
export function containerOf(
  objects: Objects,
  [kind, workload, name]: readonly [kind: string, workload: string, container: string],
  volumes: ReadonlyMap<string, string>,
  facts: PodFacts,
): Container {
  const pod = podSpec(objects, kind, workload);
  const spec = [...(pod.initContainers ?? []), ...pod.containers].find((one) => one.name === name);
  if (spec === undefined) throw new Error(`${kind} ${workload} has no container ${name}`);
  const env = Object.fromEntries((spec.env ?? []).flatMap((one) => variable(objects, one)));
  const command = [...(spec.command ?? []), ...(spec.args ?? [])].map((word) => here(word, env, facts));
  const mounts = (spec.volumeMounts ?? []).flatMap(({ name: volume, mountPath }) => {
    const folder = volumes.get(volume);
    return folder === undefined ? [] : [[mountPath, folder] as const];
  });
  return { command, env, mounts: new Map(mounts) };
}

function variable(
  { texts }: Objects,
  { name, value, valueFrom }: NonNullable<ContainerSpec["env"]>[number],
): [string, string][] {
  if (value !== undefined) return [[name, value]];
  const from = valueFrom?.configMapKeyRef;
  const found = from && texts.get(`ConfigMap/${from.name}`)?.[from.key];
  return found === undefined ? [] : [[name, found]];
}

function here(word: string, env: Readonly<Record<string, string>>, { config, uid }: PodFacts): string {
  const overridden = ARGUMENT_OVERRIDES.reduce((text, [from, to]) => text.replace(from, to), word);
  return overridden
    .replace("$CONFIG", config)
    .replace("$POD_UID", uid)
    .replace(/\$\((\w+)\)/g, (whole, name: string) => env[name] ?? whole);
}

function podSpec({ rendered }: Objects, kind: string, workload: string): PodSpec {
  const found = rendered.find((one) => one.kind === kind && one.metadata.name === workload);
  if (found === undefined) throw new Error(`the chart renders no ${kind} ${workload}`);
  return (found as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
}
