import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { UserError } from "../userError";
import type { Project } from "./project";
import { type Deployment, type DeploymentCodec, textOfDeployment } from "./snapshot";
import type { ResourceState } from "./state";

/** Reads a deployment from a file; undefined when there is none. */
export async function loadDeployment(file: string): Promise<Deployment | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(`cannot read the state ${file}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text) as Deployment;
  } catch (error) {
    throw new UserError(`the state ${file} is not JSON: ${(error as Error).message}`);
  }
}

/**
 * The resources of a deployment.
 * @param file that it was read from, which each problem then names
 * @throws UserError for one that cannot be rehearsed
 */
export function resourcesIn(deployment: Deployment, codec: DeploymentCodec, file: string | undefined): ResourceState[] {
  try {
    return codec.decode(deployment);
  } catch (error) {
    if (!(error instanceof UserError) || file === undefined) throw error;
    throw new UserError(error.message.replaceAll(/^/gm, `${file}: `));
  }
}

/** Writes a deployment whole or not at all: to a new file beside it, which then takes its place. */
export async function saveDeployment(file: string, deployment: Deployment | string): Promise<void> {
  const fresh = `${file}.${process.pid}.tmp`;
  const text = typeof deployment === "string" ? deployment : textOfDeployment(deployment);
  try {
    await writeFile(fresh, text, { mode: 0o600 });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw new UserError(`cannot write the state ${file}: ${(error as Error).message}`);
  }
}

/**
 * Refuses a state that another stack has written, as `pulumi stack import` does: an update would make all anew beside what is there.
 * @throws UserError
 */
export function checkOwner(file: string, resources: readonly ResourceState[], { name, stack }: Project): void {
  const owners = new Set(resources.map(({ urn }) => urn.split("::", 2).join("::")));
  if (owners.size === 0 || owners.has(`urn:pulumi:${stack}::${name}`)) return;
  const [owner = ""] = owners;
  const [theirs = "", project = ""] = owner.replace(/^urn:pulumi:/, "").split("::");
  const way = project === name ? `give --stack ${theirs}, or another file` : "give another file";
  throw new UserError(
    `the state ${file} is that of stack ${theirs} of project ${project}, and the program is stack ${stack} of project ${name}: ${way}`,
  );
}
