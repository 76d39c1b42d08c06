import { setTimeout as sleep } from "node:timers/promises";
import { holdsUnknown } from "../../clouds/wire";
import type { CreateRequest, CreateResult } from "../../engine/provider";
import { ApiError, isExisting, isForbidden, isNotFound, NoMatch } from "./apiError";
import { concealing, writeCheckpoint } from "./checkpoint";
import { CREATOR, fieldManagerOf, hasManagers, isCreatedByPlugin } from "./fieldManagers";
import { annotation, idOf, isPatch, type KubeObject, toObject } from "./objects";
import { leftBehind, type Operating, secondsFor, told } from "./operation";
import { removal } from "./removedApis";

/** Milliseconds before each further attempt. Source: pulumi-kubernetes `await.Creation`: five times, twice as long each. */
const BACK_OFF = [1000, 2000, 4000, 8000, 16_000];

const EXISTS = `

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`;

/** Creates an object and waits until it is ready; a preview has the API server check it and say what it would be. */
export async function createObject(request: CreateRequest, operating: Operating): Promise<CreateResult> {
  const { inputs: given, preview, type, urn } = request;
  const inputs = toObject(given);
  const conceal = concealing(given);
  const cannotPreview = async () =>
    holdsUnknown(given) || isPatch(type, inputs) || !(await operating.connection.hasKind(inputs).catch(() => false));
  if (preview && (await cannotPreview())) return { id: "", outputs: given };
  const fieldManager = fieldManagerOf(inputs, undefined);
  let made: KubeObject;
  try {
    made = await send(inputs, { type, preview, fieldManager }, operating).catch((error) =>
      adopted(error, request, inputs, fieldManager, operating),
    );
  } catch (error) {
    if (preview && (isForbidden(error) || isExisting(error) || isWithoutNamespace(error)))
      return { id: "", outputs: given };
    throw told(explained(error, urn, inputs), conceal);
  }
  const checkpoint = { inputs, live: made, fieldManager, initialApiVersion: inputs.apiVersion };
  if (preview) {
    const { status: _, ...known } = made;
    return { id: "", outputs: writeCheckpoint({ ...checkpoint, live: known as KubeObject }, given) };
  }
  try {
    const seconds = secondsFor(request.timeoutSeconds, annotation(inputs, "timeoutSeconds"));
    const live = await operating.awaits.ready({ urn, inputs, live: made, seconds });
    return { id: idOf(live), outputs: writeCheckpoint({ ...checkpoint, live }, given) };
  } catch (error) {
    const what =
      `resource "${urn}" was successfully created, but the Kubernetes API server ` +
      "reported that it failed to fully initialize or become live";
    const live = (error as { live?: KubeObject }).live ?? made;
    throw leftBehind(what, error as Error, { ...checkpoint, live }, given, conceal);
  }
}

/** What a run that was killed had made of this, and nobody wants any more. */
export async function recoverObject(
  { inputs: given, type }: CreateRequest,
  { connection }: Operating,
): Promise<CreateResult | "nothing"> {
  const inputs = toObject(given);
  if (isPatch(type, inputs)) {
    // Its fields are owned under a name that was never written down: whoever asks for them is asked.
    throw new Error(`nobody knows under which name the fields of ${idOf(inputs)} are owned`);
  }
  try {
    const live = await connection.get(inputs);
    if (!isCreatedByPlugin(live)) return "nothing";
    const checkpoint = {
      inputs,
      live,
      fieldManager: fieldManagerOf(inputs, undefined),
      initialApiVersion: inputs.apiVersion,
    };
    return { id: idOf(live), outputs: writeCheckpoint(checkpoint, given) };
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatch) return "nothing";
    throw error;
  }
}

/**
 * What a run that was killed had made already, or the program imports. @throws the error that was given, when the object is
 * somebody else's.
 */
async function adopted(
  error: unknown,
  { mayExist, isImported, preview }: CreateRequest,
  inputs: KubeObject,
  fieldManager: string,
  { connection }: Operating,
): Promise<KubeObject> {
  if ((mayExist !== true && isImported !== true) || preview || !isExisting(error)) throw error;
  const live = await connection.get(inputs);
  if (isImported !== true && hasManagers(live) && !isCreatedByPlugin(live)) throw error;
  return connection.apply(inputs, { fieldManager, force: true });
}

interface Sending {
  type: string;
  preview: boolean;
  fieldManager: string;
}

/**
 * Sends the object, again and again while what it needs may still be on its way (its namespace, or its definition), or
 * while one of its name is on its way out, as after a deletion that nobody waited for.
 */
async function send(inputs: KubeObject, sending: Sending, { connection, settings }: Operating): Promise<KubeObject> {
  const { type, preview, fieldManager } = sending;
  const isApplied = settings.isUpserting || isPatch(type, inputs);
  const isForced = preview || settings.isPatchForced || annotation(inputs, "patchForce") === "true";
  for (let attempt = 0; ; attempt++) {
    try {
      return isApplied
        ? await connection.apply(inputs, { fieldManager, force: isForced, isDryRun: preview })
        : // A fixed name: the first change takes over what this one owns.
          await connection.create(inputs, { fieldManager: CREATOR, isDryRun: preview });
    } catch (error) {
      const mayCome =
        isNotFound(error) ||
        (error instanceof NoMatch && removal(inputs) === undefined) ||
        isLeaving(error) ||
        (await hasLeft(error, inputs, connection));
      const wait = BACK_OFF[attempt];
      if (!mayCome || wait === undefined || (preview && isWithoutNamespace(error))) throw applying(error, fieldManager);
      await sleep(wait, undefined, { signal: connection.signal }).catch(() => {
        throw error;
      });
    }
  }
}

const isLeaving = (error: unknown): boolean =>
  isExisting(error) && /object is being deleted/.test((error as Error).message);

/** The server compares with what it finds, and looks up afterwards why it is there: in between it may have gone. */
async function hasLeft(error: unknown, inputs: KubeObject, connection: Operating["connection"]): Promise<boolean> {
  return isExisting(error) && connection.get(inputs).then(() => false, isNotFound);
}

const isWithoutNamespace = (error: unknown): boolean =>
  isNotFound(error) && error instanceof ApiError && error.about === "namespaces";

/** A conflict with another manager of the same fields, explained as the real provider does. */
export function applying(error: unknown, fieldManager: string): unknown {
  if (!(error instanceof ApiError) || error.reason !== "Conflict") return error;
  const guide =
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
    "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources";
  const message =
    `server-side apply field conflict detected, see ${guide} for troubleshooting help\n` +
    `The resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`;
  return new ApiError(message, error.code, error.reason, error.about, error.isStatus);
}

function explained(error: unknown, urn: string, inputs: KubeObject): Error {
  const removed = error instanceof NoMatch ? removal(inputs) : undefined;
  const message = removed ?? (error as Error).message;
  if (error instanceof NoMatch && removed === undefined) {
    const kind = `${inputs.apiVersion}/${inputs.kind}`;
    return new Error(
      `creation of resource "${urn}" with kind ${kind} failed because the Kubernetes API server reported that the ` +
        `apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${message}`,
    );
  }
  const hint = isExisting(error) ? EXISTS : "";
  return new Error(`resource "${urn}" was not successfully created by the Kubernetes API server: ${message}${hint}`);
}
