import {
  type DemandFromManifests,
  demandFromManifests,
  ManifestError,
  type ManifestSource,
} from "../../lib/plan/demand";
import { readManifests } from "../manifests";
import { UserError } from "../userError";

/** Manifests, and what they ask for. */
export interface GivenWorkloads {
  readonly sources: readonly ManifestSource[];
  readonly demand: DemandFromManifests;
}

/**
 * The demand of `--workloads`.
 * @param path file, folder, or `-` for standard input; undefined: none.
 * @throws UserError with everything that is wrong with the manifests.
 */
export async function readDemand(path: string | undefined): Promise<DemandFromManifests | undefined> {
  return (await readWorkloads(path))?.demand;
}

/** The same, with the manifests themselves. */
export async function readWorkloads(path: string | undefined): Promise<GivenWorkloads | undefined> {
  if (path === undefined) return undefined;
  const sources = await readManifests([path]).catch(refuse);
  const demand = refusing(() => demandFromManifests(sources));
  refuseWithoutReplicas(path, demand);
  return { sources, demand };
}

/** Of what runs on every node, or not at all for now, no loss can be judged. */
function refuseWithoutReplicas(path: string, { workloads, daemonSets }: DemandFromManifests): void {
  if (workloads.some(({ replicas }) => replicas > 0)) return;
  const names = (of: readonly { readonly name: string }[]) => of.map(({ name }) => name).join(", ");
  const found = [
    ...(daemonSets.length > 0 ? [`DaemonSets (${names(daemonSets)})`] : []),
    ...(workloads.length > 0 ? [`workloads with 0 replicas or suspended (${names(workloads)})`] : []),
  ];
  throw new UserError(
    `--workloads ${path} brings only ${found.join(" and ")}: no loss can be judged of them. ` +
      "Give the manifests of what the sites are to carry as well.",
  );
}

/**
 * What is done with manifests, with their mistakes as the user's.
 * @throws UserError with everything that is wrong with them.
 */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return refuse(error);
  }
}

/** @throws UserError for a mistake in manifests, and anything else as it is. */
function refuse(error: unknown): never {
  throw error instanceof ManifestError ? new UserError(error.message) : error;
}
