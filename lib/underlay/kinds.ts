import type { ClusterKind } from "../clusters/cluster";
import { type CloudProvider, providerOfKind } from "../plan/faultDomains";
import type { UnderlayKind } from "./kind";

/**
 * How a cloud links its networks, by the kind of its clusters.
 * @throws Error when no kind of the cloud is there: a mistake in this library, since the arguments are checked before.
 */
export function kindOfCloud(kinds: readonly ClusterKind[], cloud: CloudProvider): UnderlayKind {
  const found = kinds.find(({ kind }) => kind !== "existing" && providerOfKind(kind) === cloud)?.underlay;
  if (found === undefined) throw new Error(`there is no kind of clusters of ${cloud}`);
  return found;
}
