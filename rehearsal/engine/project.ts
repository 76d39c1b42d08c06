import { existsSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { UserError } from "../userError";
import {
  type ConfigValue,
  configValue,
  type Declaration,
  declaredProblems,
  isSecretText,
  openedBy,
  Sealed,
  toText,
} from "./configValues";
import { parseConfigJson, parseConfigYaml } from "./configYaml";
import { isOwnKey, type ProjectFile, readProjectFile } from "./projectFile";
import { shellWords } from "./shellWords";
import { isData } from "./values";

export type { ConfigValue };

/** A provider plugin that a project names by its folder. */
export interface PluginFolder {
  name: string;
  /** Absolute path of the folder with PulumiPlugin.yaml. */
  path: string;
  version: string;
}

/** What a project's files say about how its program runs. */
export interface Project {
  /** The folder with Pulumi.yaml, or the bare folder. */
  root: string;
  /** Pulumi.yaml; a bare folder has none. */
  file: string | undefined;
  /** Pulumi.<stack>.yaml, which need not exist. */
  stackFile: string;
  name: string;
  stack: string;
  /** Of the stack; {@link NO_ORGANIZATION} where none is named. */
  organization: string;
  /** The program's own folder. */
  pwd: string;
  /** Entry file within `pwd`; `.` leaves the choice to package.json. */
  main: string;
  typescript: boolean;
  /** The compiler's settings, where they are not in tsconfig.json: a path from `pwd`. */
  tsconfig: string | undefined;
  nodeArguments: string[];
  config: Map<string, ConfigValue>;
  /** What was decrypted of it, each secret by itself: an object or a list may hold several, and much that is none. */
  secrets: string[];
  plugins: PluginFolder[];
  /** Everything is read again before each run, as with `pulumi up --refresh`. */
  refresh: boolean;
}

/** What a stack without an organization, as all are without Pulumi Cloud, says for it. */
export const NO_ORGANIZATION = "organization";

/**
 * The stack that a name stands for: `stack`, `organization/stack` or `organization/project/stack`.
 * @throws UserError for what is no name, and for a stack of another project.
 */
function stackOf(name: string, project: string): Pick<Project, "stack" | "organization"> {
  const parts = name.split("/");
  const stack = parts.at(-1) as string;
  const organization = parts.length > 1 ? (parts[0] as string) : NO_ORGANIZATION;
  if (parts.length > 3 || ![organization, stack].every((part) => /^(?!\.+$)[\w.-]{1,100}$/.test(part))) {
    throw new UserError(
      `--stack ${JSON.stringify(name)} is no name of a stack: give 1 to 100 letters, digits, hyphens, underscores and periods, ` +
        "such as prod, or organization/prod, or organization/project/prod",
    );
  }
  if (parts.length === 3 && parts[1] !== project) {
    throw new UserError(`--stack ${name} is a stack of the project ${parts[1]}, and the program is ${project}`);
  }
  return { stack, organization };
}

type Yaml = { [key: string]: unknown };

function readYaml(file: string): Yaml | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    const content: unknown = (file.endsWith(".json") ? parseConfigJson(text) : parseConfigYaml(text)) ?? {};
    if (!isData(content)) throw new Error("it must be a mapping");
    return content;
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

/**
 * With its namespace: a key without one is the project's. `aws:config:region` is an old form of `aws:region`.
 * @throws UserError for what is no key.
 */
export function keyOf(project: Project, name: string): string {
  const [namespace = "", middle, last, ...more] = name.split(":");
  if (middle === undefined) return `${project.name}:${name}`;
  if (last === undefined) return name;
  if (middle === "config" && more.length === 0) return `${namespace}:${last}`;
  throw new UserError(
    `could not parse ${name} as a configuration key (configuration keys should be of the form \`<namespace>:<name>\`)`,
  );
}

/** Adds the `config` section of Pulumi.yaml; keys without a namespace are the project's. Gives what it declares. */
function addDeclared(project: Project, section: ProjectFile["config"]): Declaration[] {
  const declarations: Declaration[] = [];
  if (!isData(section)) return declarations;
  for (const [name, entry] of Object.entries(section)) {
    const key = keyOf(project, name);
    if (!isData(entry)) {
      project.config.set(key, { text: toText(entry), secret: false });
      continue;
    }
    declarations.push({ name, key, isOwn: isOwnKey(project.name, name), entry });
    const value = entry.default ?? entry.value;
    if (value != null) project.config.set(key, { text: toText(value), secret: false });
  }
  return declarations;
}

/** How the real engine names resources of its own accord: the naming of simulated clouds knows nothing of it. */
const namingKey = "pulumi:autonaming";

/** Adds the `config` section of a stack's file; of what is given in its place, only whether it is a secret. */
function addStackConfig(
  project: Project,
  { config, environment, ...keeping }: Yaml,
  given: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  if (config != null && !isData(config))
    problems.push(`config of ${project.stackFile} must be a mapping of keys to values`);
  if (environment !== undefined && environment !== null) {
    problems.push(`cannot rehearse: the environments of stack ${project.stack}: give their values as config`);
  }
  const decrypt = openedBy(keeping);
  const open = (ciphertext: string): string => {
    const text = decrypt(ciphertext);
    project.secrets.push(text);
    return text;
  };
  const sealed: { name: string; isText: boolean; why: string }[] = [];
  for (const [name, entry] of Object.entries(isData(config) ? config : {})) {
    try {
      const key = keyOf(project, name);
      project.config.set(key, configValue(entry, given.has(key) ? () => "" : open));
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof UserError) problems.push(`${name}: ${message}`);
      else if (error instanceof Sealed) sealed.push({ name, isText: isSecretText(entry), why: message });
      else problems.push(`cannot read the secret ${name}: ${message}; give a value in its place: -c ${name}=VALUE`);
    }
  }
  if (sealed[0] !== undefined) {
    const names = sealed.map(({ name }) => name).join(", ");
    const options = sealed.map(({ name, isText }) => `-c ${name}=${isText ? "VALUE" : "JSON"}`).join(" ");
    problems.push(
      `cannot read what is secret in ${project.stackFile} (${names}): ${sealed[0].why} a value for each: ${options}`,
    );
  }
  return problems;
}

/** The folder and entry file that `main` stands for, by the rules of the CLI. */
function entryOf(root: string, main: unknown): { pwd: string; main: string } {
  if (main === undefined || main === "") return { pwd: root, main: "." };
  const file = path.resolve(root, String(main));
  if (!existsSync(file))
    throw new UserError(`main of ${root}/Pulumi.yaml is ${JSON.stringify(main)}, and there is no such file or folder`);
  return statSync(file).isDirectory()
    ? { pwd: file, main: "." }
    : { pwd: path.dirname(file), main: path.basename(file) };
}

/** Whether the source of a package is a folder. */
export function isLocalPath(source: string): boolean {
  return /^(\.\/|\.\.|\/)/.test(source);
}

/** What is named as a plugin's folder and is none: the real engine refuses it before anybody uses the plugin. */
function pluginProblems(plugins: readonly PluginFolder[]): string[] {
  const gone = plugins.filter(({ path: folder }) => !statSync(folder, { throwIfNoEntry: false })?.isDirectory());
  return gone.map(({ name, path: folder }) => `there is no folder ${folder}, which Pulumi.yaml names for ${name}`);
}

/** Plugins by folder: providers of `plugins`, then `packages` whose source is a path. */
function pluginsOf(root: string, { plugins, packages }: ProjectFile): PluginFolder[] {
  const named = (plugins?.providers ?? []).map(({ name, path: folder, version = "" }) => ({
    name,
    path: path.resolve(root, folder),
    version,
  }));
  const sources = Object.entries(packages ?? {}).map(([name, given]) => ({
    name,
    source: typeof given === "string" ? (given.split("@", 1)[0] as string) : given.source,
  }));
  const local = sources.filter(({ source }) => isLocalPath(source));
  return [...named, ...local.map(({ name, source }) => ({ name, path: path.resolve(root, source), version: "" }))];
}

function projectFileIn(folder: string): string | undefined {
  const files = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].map((name) => path.join(folder, name));
  return files.find((file) => existsSync(file));
}

/** The file of the project whose `main` is in a folder below it. Other folders in a project may be programs by themselves. */
function projectFileAbove(folder: string): string | undefined {
  for (let above = path.dirname(folder); above !== path.dirname(above); above = path.dirname(above)) {
    const file = projectFileIn(above);
    if (file === undefined) continue;
    const main = readYaml(file)?.main;
    const isMain =
      typeof main === "string" && [main, path.dirname(main)].some((at) => path.resolve(above, at) === folder);
    return isMain ? file : undefined;
  }
  return undefined;
}

/**
 * Reads a project: Pulumi.yaml and Pulumi.<stack>.yaml, or a bare folder with an index file.
 * @param dir the project's folder, or that of its program.
 * @param stackName see {@link stackOf}.
 * @param given configuration of the caller's, which comes last.
 * @throws UserError naming every problem of the files.
 */
export function readProject(
  dir: string,
  stackName: string,
  given: { [key: string]: string | { secret: string } } = {},
): Project {
  const folder = path.resolve(dir);
  if (!existsSync(folder)) throw new UserError(`there is no folder ${folder}`);
  const file = projectFileIn(folder) ?? projectFileAbove(folder);
  const root = file === undefined ? folder : path.dirname(file);
  const bare = path.basename(root).replace(/[^\w.-]/g, "-") || "program";
  const settings: ProjectFile =
    file === undefined ? { name: bare, runtime: "nodejs" } : readProjectFile(readYaml(file) ?? {}, file);
  const runtime = typeof settings.runtime === "string" ? { name: settings.runtime } : settings.runtime;
  if (runtime.name !== "nodejs")
    throw new UserError(
      `cannot rehearse: the runtime ${JSON.stringify(runtime.name)} of ${file}; only nodejs programs run here`,
    );
  if (
    file === undefined &&
    !["index.ts", "index.js", "package.json"].some((name) => existsSync(path.join(root, name)))
  ) {
    throw new UserError(`${root} has neither a Pulumi.yaml nor an index.ts: give the folder of a Pulumi program`);
  }
  const { typescript, tsconfig, nodeargs } = runtime.options ?? {};
  const { stack, organization } = stackOf(stackName, settings.name);
  // As the folder of the stacks' files, `config` is an old form of `stackConfigDir`.
  const stacks = settings.stackConfigDir ?? (typeof settings.config === "string" ? settings.config : "");
  const project: Project = {
    root,
    file,
    stackFile: path.join(root, stacks, `Pulumi.${stack}${path.extname(file ?? "Pulumi.yaml")}`),
    name: settings.name,
    stack,
    organization,
    ...entryOf(root, settings.main ?? undefined),
    typescript: typescript !== false,
    tsconfig: tsconfig || undefined,
    nodeArguments: shellWords(nodeargs ?? "") ?? [],
    config: new Map(),
    secrets: [],
    plugins: pluginsOf(root, settings),
    refresh: settings.options?.refresh === "always",
  };
  const declarations = addDeclared(project, settings.config);
  const problems = pluginProblems(project.plugins);
  const replaced = new Set(Object.keys(given).map((name) => keyOf(project, name)));
  problems.push(...addStackConfig(project, readYaml(project.stackFile) ?? {}, replaced));
  const secrets = new Set(declarations.filter(({ entry }) => entry.secret === true).map(({ key }) => key));
  for (const [name, value] of Object.entries(given)) {
    const key = keyOf(project, name);
    // What stands in for a secret of the stack's file is one.
    const secret = secrets.has(key) || project.config.get(key)?.secret === true;
    project.config.set(key, typeof value === "string" ? { text: value, secret } : { text: value.secret, secret: true });
  }
  if (project.config.has(namingKey)) problems.push(`cannot rehearse: the configuration ${namingKey}`);
  problems.push(...declaredProblems(declarations, project.config, stack));
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return project;
}

/** Every secret of the configuration: what is secret as a whole, and what was decrypted. */
export function secretTexts({ config, secrets }: Project): string[] {
  return [...[...config.values()].flatMap(({ text, secret }) => (secret ? [text] : [])), ...secrets];
}

/** The two environment variables in which programs and packs find their configuration. */
export function configEnvironment(config: Map<string, ConfigValue>): { [name: string]: string } {
  const entries = [...config];
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(entries.map(([key, value]) => [key, value.text]))),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(entries.filter(([, value]) => value.secret).map(([key]) => key)),
  };
}
