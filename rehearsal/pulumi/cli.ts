import { PulumiCommand } from "@pulumi/pulumi/automation";
import { UserError } from "../userError";

/**
 * The `pulumi` CLI on the PATH.
 * @throws UserError that says how to get one.
 */
export async function findCli(): Promise<PulumiCommand> {
  try {
    return await PulumiCommand.get();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const missing = /ENOENT|not found/i.test(message);
    throw new UserError(
      [
        missing ? "There is no `pulumi` on the PATH." : `The \`pulumi\` on the PATH cannot be used: ${message}`,
        "--engine pulumi runs the program with the real engine: install it as https://www.pulumi.com/docs/install/ says,",
        "or rehearse without --engine: the rehearsal's own engine needs nothing.",
      ].join("\n"),
    );
  }
}
