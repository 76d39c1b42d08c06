import { holdsUnknown, isObject } from "../../clouds/wire";
import { parsePath } from "../../engine/paths";
import type { UpdateRequest, UpdateResult } from "../../engine/provider";
import { ApiError, isForbidden, NoMatch } from "./apiError";
import { type Checkpoint, concealing, readCheckpoint, writeCheckpoint } from "./checkpoint";
import { applying } from "./create";
import { fieldManagerOf, hasManagers, isCreatedByPlugin, ownersOf, takeOver } from "./fieldManagers";
import {
  annotation,
  idOf,
  isCustomResourceDefinition,
  isPatch,
  type KubeObject,
  nameOf,
  pluck,
  textAt,
  toObject,
  withMetadata,
} from "./objects";
import { leftBehind, type Operating, secondsFor, told } from "./operation";

/** Changes an object in place and waits until it is ready again; a preview has the API server say what would become of it. */
export async function updateObject(request: UpdateRequest, operating: Operating): Promise<UpdateResult> {
  const { news: given, preview, type, urn } = request;
  const { connection, kinds, awaits } = operating;
  const old = readCheckpoint(request.oldOutputs);
  const inputs = kinds.normalize(type, toObject(given));
  const conceal = concealing(given, request.oldInputs, request.oldOutputs);
  const isUndecided = holdsUnknown(given) || (preview && !(await connection.hasKind(inputs).catch(() => false)));
  if (preview && isUndecided) return { outputs: given };
  const fieldManager = fieldManagerOf(inputs, old.fieldManager);
  const checkpoint: Checkpoint = { ...old, inputs, fieldManager };
  let live: KubeObject = old.live;
  try {
    const before = await connection.get(inputs, nameOf(old.live));
    [checkpoint.inputs, live] = await send({ inputs, before, fieldManager, request }, operating);
    if (preview) return { outputs: writeCheckpoint({ ...checkpoint, live }, given) };
    const seconds = secondsFor(request.timeoutSeconds, annotation(inputs, "timeoutSeconds"));
    live = await awaits.ready({ urn, inputs, live, before, seconds });
  } catch (error) {
    if (preview && isForbidden(error)) return { outputs: given };
    if (error instanceof NoMatch) throw told(error, conceal, withoutKind(urn));
    throw await failure(error, { urn, checkpoint, live }, request, operating, conceal);
  }
  await relinquish(old, fieldManager, live, operating);
  return { outputs: writeCheckpoint({ ...checkpoint, live }, given) };
}

const withoutKind = (urn: string): string =>
  `update of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource does ` +
  "not exist. Verify that any required CRDs have been created: ";

/** The object as it is now, with why it is not as it should be; a plain error when it cannot even be read. */
async function failure(
  error: unknown,
  { urn, checkpoint, live }: { urn: string; checkpoint: Checkpoint; live: KubeObject },
  { news }: UpdateRequest,
  { connection }: Operating,
  conceal: (message: string) => string,
): Promise<Error> {
  try {
    const now = await connection.get(live);
    const what = `the Kubernetes API server reported that "${idOf(now)}" failed to fully initialize or become live`;
    return leftBehind(what, error as Error, { ...checkpoint, live: now }, news, conceal);
  } catch (reading) {
    const why = `update of resource "${urn}" failed: ${(error as Error).message}\nunable to get cluster state: `;
    return told(reading, conceal, why);
  }
}

interface Change {
  inputs: KubeObject;
  /** The object as it lies in the cluster. */
  before: KubeObject;
  fieldManager: string;
  request: UpdateRequest;
}

/** @returns the inputs that were sent, which are those without what is ignored, and the object as it is then. */
async function send(
  { inputs, before, fieldManager, request }: Change,
  operating: Operating,
): Promise<[inputs: KubeObject, live: KubeObject]> {
  const { connection, settings } = operating;
  const { preview, type, ignoreChanges } = request;
  const options = { fieldManager, isDryRun: preview };
  if (isCustomResourceDefinition(inputs)) {
    // Put as a whole: that keeps the custom resources, and takes away what the new definition does not have.
    const resourceVersion = textAt(before, "metadata", "resourceVersion");
    return [inputs, await connection.replace(withMetadata(inputs, { resourceVersion }), options)];
  }
  const changes = preview || isPatch(type, inputs) ? [] : takeOver(before, fieldManager);
  const taken = changes.length === 0 ? before : await connection.jsonPatch(before, changes);
  const isForced =
    annotation(inputs, "patchForce") === "true" ||
    settings.isPatchForced ||
    (preview && isCreatedByPlugin(taken)) ||
    !hasManagers(taken);
  const body = withoutIgnored(inputs, taken, fieldManager, ignoreChanges);
  try {
    return [body, await connection.apply(body, { ...options, force: isForced }, nameOf(before))];
  } catch (error) {
    throw applying(error, fieldManager);
  }
}

/** Fields to be ignored are left to those who own them; what only we own keeps the value that it has. */
function withoutIgnored(inputs: KubeObject, live: KubeObject, fieldManager: string, ignored: string[]): KubeObject {
  const copy = structuredClone(inputs);
  for (const text of ignored) {
    const path = (parsePath(text) ?? []).map(String);
    const holder = pluck(copy, ...path.slice(0, -1));
    const name = path.at(-1);
    if (name === undefined || !isObject(holder)) continue;
    const { ours, theirs } = ownersOf(live, path, fieldManager);
    const value = pluck(live, ...path);
    if (theirs && !ours) delete holder[name];
    else if (value !== undefined) holder[name] = value;
  }
  return copy;
}

/** Under another name as manager, the fields of the former one are given up. */
async function relinquish(old: Checkpoint, now: string, live: KubeObject, { connection }: Operating): Promise<void> {
  if (old.fieldManager === undefined || old.fieldManager === "" || old.fieldManager === now) return;
  await connection.apply(emptied(live), { fieldManager: old.fieldManager });
}

/** The object with nothing in it: who applies it owns nothing more. */
export function emptied(object: KubeObject): KubeObject {
  const { name, namespace } = object.metadata;
  const { apiVersion, kind } = object;
  return withMetadata({ apiVersion, kind, metadata: {} }, { name, namespace });
}

/** True for the answer to whoever would take away a field that has to be there. */
export const isRequired = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.reason === "Invalid" && error.message.includes("Required value");

/** The first field of such an answer. */
export const requiredField = ({ message }: ApiError): string => /([^\s[,]+): Required value/.exec(message)?.[1] ?? "";
