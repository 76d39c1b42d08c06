import { UserError } from "../userError";
import type { Properties } from "./provider";
import { DeploymentCodec } from "./snapshot";
import { loadDeployment } from "./stateFile";
import { stackType } from "./urns";
import { containsSecrets, unknownValue } from "./values";

/** The outputs of other stacks, in wire form, by the names under which a program refers to them. */
export type OtherStacks = ReadonlyMap<string, Properties>;

/** How a program is answered that refers to a stack whose state was not given. */
export type MissingStacks = "refused" | "unknown";

/**
 * Reads what other stacks left, each from a state such as `multisite rehearse --state` or `pulumi stack export` writes.
 * @param files by the name of the stack, as the program's StackReference has it
 * @param passphrase of their secrets
 * @throws UserError for everything that is wrong with the files, at once.
 */
export async function readOtherStacks(
  files: { readonly [stack: string]: string },
  passphrase?: string,
): Promise<OtherStacks> {
  const problems: string[] = [];
  const stacks = new Map<string, Properties>();
  for (const [name, file] of Object.entries(files)) {
    try {
      stacks.set(name, await outputsIn(file, passphrase));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(`--reference ${name}=${file}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return stacks;
}

async function outputsIn(file: string, passphrase: string | undefined): Promise<Properties> {
  const deployment = await loadDeployment(file);
  if (deployment === undefined) throw new UserError("there is no such file.");
  const [stack, ...more] = new DeploymentCodec(passphrase).decode(deployment).filter(({ type }) => type === stackType);
  if (stack === undefined || more.length > 0) throw new UserError("it is no state of one stack.");
  return stack.outputs;
}

/** What the engine answers to a program that reads a stack. */
export function stackReference(stacks: OtherStacks, name: string, missing: MissingStacks): Properties {
  const outputs = stacks.get(name);
  if (outputs === undefined && missing === "unknown") {
    return { name, outputs: unknownValue, secretOutputNames: unknownValue };
  }
  if (outputs === undefined) {
    throw new UserError(
      `cannot rehearse: the outputs of stack ${name}: give its state, as \`multisite rehearse --state FILE\` of its program or ` +
        `\`pulumi stack export\` writes it, by --reference ${name}=FILE`,
    );
  }
  const secretOutputNames = Object.keys(outputs)
    .filter((output) => containsSecrets(outputs[output]))
    .sort();
  return { name, outputs, secretOutputNames };
}
