import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { isLocalPath, type Project } from "../engine/project";

/** The link to the project's own folder, within the mirror. */
const LINK = "program";

/**
 * A project in a folder of its own for a CLI that writes its stack's settings beside Pulumi.yaml: the same Pulumi.yaml, with
 * a link to the real folder in front of its paths. The program's working directory is the real folder then, so that it
 * finds its packages, its tsconfig.json and whatever it reads by a relative path.
 * @param project one that has a Pulumi.yaml.
 */
export function mirrorProject({ root, file, stack, stackFile }: Project, into: string): void {
  mkdirSync(into, { recursive: true });
  symlinkSync(root, join(into, LINK), "dir");
  const settings = parse(readFileSync(file as string, "utf8"), { merge: true });
  writeFileSync(join(into, "Pulumi.yaml"), stringify(mirrored(settings, root)));
  if (existsSync(stackFile)) copyFileSync(stackFile, join(into, `Pulumi.${stack}.yaml`));
}

interface Settings {
  main?: string;
  plugins?: { [kind: string]: { path?: string }[] };
  packages?: { [name: string]: string | { source: string } };
  /** Where the state of the real stacks is: never the rehearsal's. */
  backend?: unknown;
  /** Where the settings of the stacks are, as a text also `config`: those of this one lie beside the mirror's Pulumi.yaml. */
  stackConfigDir?: unknown;
  config?: unknown;
}

function mirrored(
  { main, plugins, packages, config, backend: _, stackConfigDir: __, ...others }: Settings,
  root: string,
): Settings {
  const throughLink = (path: string) => {
    const within = relative(root, resolve(root, path));
    return within.startsWith("..") ? resolve(root, path) : join(LINK, within);
  };
  const moved = Object.entries(plugins ?? {}).map(([kind, folders]) => [
    kind,
    folders.map((folder) => (folder.path === undefined ? folder : { ...folder, path: throughLink(folder.path) })),
  ]);
  const source = (of: string) => (isLocalPath(of) ? resolve(root, of) : of);
  const found = Object.entries(packages ?? {}).map(([name, given]) => [
    name,
    typeof given === "string" ? source(given) : { ...given, source: source(given.source) },
  ]);
  return {
    ...others,
    ...(typeof config === "object" && { config }),
    main: throughLink(main ?? "."),
    ...(plugins !== undefined && { plugins: Object.fromEntries(moved) }),
    ...(packages !== undefined && { packages: Object.fromEntries(found) }),
  };
}
