import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { parse, stringify } from "yaml";

/** The link to the project's own folder, within the mirror. */
const LINK = "program";

/**
 * A project in a folder of its own for a CLI that writes its stack's settings beside Pulumi.yaml: the same Pulumi.yaml, with
 * a link to the real folder in front of its paths. The program's working directory is the real folder then, so that it
 * finds its packages, its tsconfig.json and whatever it reads by a relative path.
 * @param projectDir a folder with Pulumi.yaml, which was read without complaint already.
 */
export function mirrorProject(projectDir: string, stack: string, into: string): void {
  mkdirSync(into, { recursive: true });
  symlinkSync(resolve(projectDir), join(into, LINK), "dir");
  writeFileSync(join(into, "Pulumi.yaml"), stringify(mirrored(parse(readFileSync(projectFile(projectDir), "utf8")))));
  const settings = `Pulumi.${stack}.yaml`;
  if (existsSync(join(projectDir, settings))) copyFileSync(join(projectDir, settings), join(into, settings));
}

/** Pulumi.yaml of a project; a path that does not exist when it has none. */
export function projectFile(projectDir: string): string {
  const short = join(projectDir, "Pulumi.yml");
  return existsSync(short) ? short : join(projectDir, "Pulumi.yaml");
}

interface Settings {
  main?: string;
  plugins?: { [kind: string]: { path?: string }[] };
  /** Where the state of the real stacks is: never the rehearsal's. */
  backend?: unknown;
  /** Where the settings of the stacks are: those of this one lie beside the mirror's Pulumi.yaml. */
  stackConfigDir?: unknown;
}

function mirrored({ main, plugins, backend: _, stackConfigDir: __, ...others }: Settings): Settings {
  const throughLink = (path: string) => (posix.isAbsolute(path) ? path : posix.join(LINK, path));
  const moved = Object.entries(plugins ?? {}).map(([kind, folders]) => [
    kind,
    folders.map((folder) => (folder.path === undefined ? folder : { ...folder, path: throughLink(folder.path) })),
  ]);
  return {
    ...others,
    main: throughLink(main ?? "."),
    ...(plugins !== undefined && { plugins: Object.fromEntries(moved) }),
  };
}
