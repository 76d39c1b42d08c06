import type { DeleteRequest } from "../../engine/provider";
import { isNotFound, NoMatch } from "./apiError";
import { concealing, readCheckpoint } from "./checkpoint";
import { fieldManagerOf } from "./fieldManagers";
import { annotation, isPatch, type KubeObject, parseId } from "./objects";
import { type Operating, secondsFor, told } from "./operation";
import { emptied, isRequired, requiredField } from "./update";

/** Kinds of which the real provider does not wait for the end when `skipAwait` says so. Source: metadata/overrides.go. */
const SKIPPABLE: ReadonlySet<string> = new Set([
  "v1/Namespace",
  "v1/Pod",
  "v1/ReplicationController",
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "apps/v1/StatefulSet",
  "batch/v1/Job",
]);

/** Deletes an object with all that it owns, and waits until it is gone. Of a patch, only its fields are given up. */
export async function removeObject(request: DeleteRequest, operating: Operating): Promise<void> {
  const { inputs, live, fieldManager } = readCheckpoint(request.outputs);
  const conceal = concealing(request.inputs, request.outputs);
  try {
    if (isPatch(request.type, live)) {
      await operating.connection.apply(emptied(live), { fieldManager: fieldManagerOf(inputs, fieldManager) });
      return;
    }
    const { name } = parseId(request.id);
    await operating.connection.delete(live, name, propagation(inputs));
    if (annotation(inputs, "skipAwait") === "true" && SKIPPABLE.has(`${live.apiVersion}/${live.kind}`)) return;
    const seconds = secondsFor(request.timeoutSeconds, annotation(inputs, "timeoutSeconds"));
    await operating.awaits.gone({ urn: request.urn, live, name, seconds });
  } catch (error) {
    // Nothing of that kind, or not this one: it is gone, whoever did it.
    if (isNotFound(error) || error instanceof NoMatch) return;
    if (isRequired(error) && isPatch(request.type, live))
      throw told(new Error(REQUIRED(requiredField(error))), conceal);
    throw told(error, conceal);
  }
}

const REQUIRED = (field: string): string =>
  "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set the " +
  `\`retainOnDelete\` resource option, or transfer ownership of the field before deleting: ${field}`;

function propagation(inputs: KubeObject): string {
  const policy = annotation(inputs, "deletionPropagationPolicy").toLowerCase();
  return policy === "orphan" ? "Orphan" : policy === "background" ? "Background" : "Foreground";
}
