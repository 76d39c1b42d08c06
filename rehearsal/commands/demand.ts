import { type DemandFromManifests, demandFromManifests, ManifestError } from "../../lib/plan/demand";
import { readManifests } from "../manifests";
import { UserError } from "../userError";

/**
 * The demand of `--workloads`.
 * @param path file, folder, or `-` for standard input; undefined: none.
 * @throws UserError with everything that is wrong with the manifests.
 */
export async function readDemand(path: string | undefined): Promise<DemandFromManifests | undefined> {
  if (path === undefined) return undefined;
  try {
    return demandFromManifests(await readManifests([path]));
  } catch (error) {
    if (error instanceof ManifestError) throw new UserError(error.message);
    throw error;
  }
}
