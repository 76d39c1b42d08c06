import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../userError";

/**
 * Makes sure that programs have a folder for temporary files. Without one every part fails in words of its own, the SDK's
 * with a stack trace.
 * @throws UserError that names the folder.
 */
export function checkTemporary(folder = tmpdir()): void {
  try {
    rmSync(mkdtempSync(join(folder, "multisite-try-")), { recursive: true, force: true });
  } catch (error) {
    throw new UserError(
      `The folder for temporary files ${folder} cannot be used: ${(error as Error).message}. Change its permissions, or set TMPDIR to a folder of your own.`,
    );
  }
}
