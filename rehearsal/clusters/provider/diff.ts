import { isUnknown } from "../../clouds/wire";
import { parsePath, pathContains } from "../../engine/paths";
import type { DiffRequest, DiffResult } from "../../engine/provider";
import { readCheckpoint } from "./checkpoint";
import { differences } from "./difference";
import { replacingFields } from "./immutable";
import type { Kinds } from "./kinds";
import { annotation, type KubeObject, nameOf, namespaceOf, toObject, withMetadata } from "./objects";
import type { Settings } from "./settings";
import { prune } from "./shape";

/**
 * What differs between the object that the state knows and the program's inputs, and whether that replaces it.
 * @param also what else replaces it, though it is no difference.
 */
export async function diffObject(
  request: DiffRequest,
  kinds: Kinds,
  settings: Settings,
  also: readonly string[] = [],
): Promise<DiffResult> {
  const { type, ignoreChanges } = request;
  const { inputs, live } = readCheckpoint(request.oldOutputs);
  const before = kinds.normalize(type, inputs);
  const now = kinds.normalize(type, toObject(request.news));
  const isNamespaced = await kinds.isNamespaced(type, now);
  const placed = (object: KubeObject): KubeObject => {
    const namespace = isNamespaced ? namespaceOf(object) || "default" : undefined;
    return withMetadata(object, { namespace, resourceVersion: undefined });
  };
  // An object is known by the name that it was given, also when the program says it only now.
  const name = nameOf(now) === "" ? undefined : nameOf(live);
  const pruned = withMetadata(
    placed(prune(live, before) as KubeObject),
    name === undefined || isUnknown(nameOf(now)) ? {} : { name },
  );
  const found = differences(pruned, placed(before), placed(now), replacingFields(type, now, settings));
  const detailedDiff = Object.fromEntries(
    Object.entries(found).filter(([path]) => !ignoreChanges.some((ignored) => isWithin(path, ignored))),
  );
  const replacing = Object.entries(detailedDiff)
    .filter(([path, { kind }]) => kind.endsWith("-replace") || (kind === "delete" && path === "metadata"))
    .map(([path]) => path);
  const replaces = [...replacing, ...also];
  const isKept = nameOf(now) === nameOf(live) && namespaceOf(placed(now)) === namespaceOf(placed(live));
  return {
    changes: Object.keys(detailedDiff).length + also.length === 0 ? "none" : "some",
    replaces,
    deleteBeforeReplace: replaces.length > 0 && annotation(now, "autonamed") !== "true" && isKept,
    diffs: [],
    detailedDiff,
  };
}

function isWithin(path: string, ignored: string): boolean {
  const [outer, inner] = [parsePath(ignored), parsePath(path)];
  return outer !== undefined && inner !== undefined && pathContains(outer, inner);
}
