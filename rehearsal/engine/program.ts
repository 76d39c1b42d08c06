import { UserError } from "../userError";
import { type Child, type LogLine, startChild } from "./children";
import { configEnvironment, type Project } from "./project";
import type { RunInfo } from "./provider";

export interface ProgramOptions {
  project: Project;
  /** Address of the monitor, which is the engine service too. */
  address: string;
  preview: boolean;
  /** The types were checked by an earlier run of the same files. */
  skipTypeCheck: boolean;
  onLine(line: LogLine): void;
}

/** The code with which the SDK ends a program whose error it has already logged. */
export const alreadyLogged = 32;

/** Operations at once: as many as there are. */
const unlimited = 2_147_483_647;

/**
 * Starts the unmodified program, as the CLI's Node.js language host would.
 * @throws UserError when the program's folder has no SDK installed.
 */
export function startProgram({ project, address, preview, skipTypeCheck, onLine }: ProgramOptions): Child {
  return startChild({
    script: sdkScript("run", project.pwd),
    args: [
      `--monitor=${address}`,
      `--engine=${address}`,
      `--organization=${project.organization}`,
      `--project=${project.name}`,
      `--root-directory=${project.root}`,
      `--stack=${project.stack}`,
      `--pwd=${project.pwd}`,
      ...(preview ? ["--dry-run"] : []),
      `--parallel=${unlimited}`,
      project.main,
    ],
    cwd: project.pwd,
    nodeArguments: project.nodeArguments,
    env: {
      ...configEnvironment(project.config),
      PULUMI_NODEJS_TYPESCRIPT: String(project.typescript),
      ...(project.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: project.tsconfig }),
      ...(skipTypeCheck ? { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } : {}),
    },
    onLine,
  });
}

/** What providers are told of a run whose monitor is at an address. */
export function runInfo(project: Project, preview: boolean, address: string): RunInfo {
  const config = [...project.config];
  return {
    project: project.name,
    stack: project.stack,
    organization: project.organization,
    config: Object.fromEntries(config.map(([key, { text }]) => [key, text])),
    configSecretKeys: config.filter(([, { secret }]) => secret).map(([key]) => key),
    dryRun: preview,
    parallel: unlimited,
    monitorAddress: address,
    engineAddress: address,
    folder: project.pwd,
  };
}

/** A start script of the SDK that the folder's own code would load. */
export function sdkScript(name: "run" | "run-policy-pack" | "run-plugin", dir: string): string {
  try {
    return require.resolve(`@pulumi/pulumi/cmd/${name}`, { paths: [dir] });
  } catch {
    throw new UserError(`${dir} cannot load @pulumi/pulumi: install its packages (npm install) first`);
  }
}
