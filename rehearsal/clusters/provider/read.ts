import { PartialFailure, type Properties, type ReadRequest, type ReadResult } from "../../engine/provider";
import { isNotFound, NoMatch } from "./apiError";
import type { AwaitFailure } from "./awaits";
import { concealing, readCheckpoint, withSecrets, writeCheckpoint } from "./checkpoint";
import { fieldManagerOf } from "./fieldManagers";
import { isPatch, type KubeObject, kindOfToken, parseId, toObject, toProperties, withMetadata } from "./objects";
import { type Operating, told } from "./operation";
import { prune, READ_ONLY } from "./shape";

/** No such object. */
const GONE: ReadResult = { id: "", inputs: {}, outputs: {} };

/**
 * Reads an object: one that the program only looks at as it is, one that a state knows cut to what its inputs say, so that
 * what was changed behind our back differs from them.
 */
export async function readObject(request: ReadRequest, operating: Operating): Promise<ReadResult> {
  const { id, type } = request;
  const { namespace, name } = parseId(id);
  if (name === "") {
    throw new Error(`failed to read resource because of a failure to parse resource name from request ID: ${id}`);
  }
  const old = readCheckpoint(request.outputs);
  const conceal = concealing(request.inputs, request.outputs);
  const isLookedAt = toObject(request.inputs).kind === undefined && old.live.kind === undefined;
  const known = isLookedAt ? undefined : operating.kinds.normalize(type, toObject(request.inputs));
  const asked = withMetadata({ ...kindOfToken(type), metadata: {} }, { name, namespace });
  let live: KubeObject;
  try {
    live = await operating.connection.get(known === undefined ? asked : withMetadata(known, { name, namespace }));
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatch) return GONE;
    throw told(error, conceal);
  }
  const inputs =
    known === undefined ? imported(live, operating.kinds.inputsOf(type)) : (prune(live, known) as KubeObject);
  const fieldManager = fieldManagerOf(inputs, old.fieldManager);
  const initialApiVersion = old.initialApiVersion ?? inputs.apiVersion;
  const outputs = writeCheckpoint({ inputs, live, fieldManager, initialApiVersion }, request.inputs);
  const result = { id, inputs: withSecrets(toProperties(inputs), request.inputs), outputs };
  if (known === undefined || isPatch(type, live)) return result;
  const problems = await operating.awaits.unready({ inputs: known, live });
  if (problems !== undefined) throw partial(result, problems, conceal);
  return result;
}

function partial(
  { id, outputs }: ReadResult,
  error: AwaitFailure,
  conceal: (message: string) => string,
): PartialFailure {
  const reasons = [error.message, ...error.problems].map(conceal);
  return new PartialFailure(reasons.join("\n"), id, outputs, reasons);
}

/** What the inputs of a program would be that had made the object. */
function imported(live: KubeObject, names: readonly string[]): KubeObject {
  const given = Object.entries(live).filter(([name]) => names.includes(name));
  const metadata = Object.fromEntries(Object.entries(live.metadata).filter(([name]) => !READ_ONLY.has(name)));
  const annotations = Object.entries((metadata.annotations ?? {}) as Properties).filter(([name]) => !SERVERS.has(name));
  const kept = annotations.length === 0 ? undefined : Object.fromEntries(annotations);
  return withMetadata({ ...(Object.fromEntries(given) as KubeObject), metadata }, { annotations: kept });
}

/** Annotations that controllers and kubectl write. */
const SERVERS: ReadonlySet<string> = new Set([
  "deployment.kubernetes.io/revision",
  "kubectl.kubernetes.io/last-applied-configuration",
]);
