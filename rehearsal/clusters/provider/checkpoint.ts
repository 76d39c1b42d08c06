import { isObject, isSecret, own, redactor, text } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";
import { containsSecrets, makeSecret } from "../../engine/values";
import { type KubeObject, toObject, toProperties } from "./objects";

/** Where the real provider keeps what it has to know later, among a resource's outputs. */
const INPUTS = "__inputs";
const FIELD_MANAGER = "__fieldManager";
const INITIAL_VERSION = "__initialApiVersion";

/** What a state knows of an object. */
export interface Checkpoint {
  /** The inputs of the last change that was sent. */
  inputs: KubeObject;
  /** The object as the API server last answered it. */
  live: KubeObject;
  /** Undefined for states that some other provider wrote. */
  fieldManager: string | undefined;
  initialApiVersion: string;
}

/** Reads the outputs of a resource. */
export function readCheckpoint(outputs: Properties): Checkpoint {
  const kept = own(outputs, INPUTS);
  const inputs = toObject(isObject(kept) ? kept : {});
  return {
    inputs,
    live: toObject(outputs),
    fieldManager: text(outputs, FIELD_MANAGER),
    initialApiVersion: text(outputs, INITIAL_VERSION) ?? inputs.apiVersion,
  };
}

/**
 * The outputs of a resource: the object as it is, and what has to be known later.
 * @param given the inputs in wire form, which say what is secret.
 */
export function writeCheckpoint(
  { inputs, live, fieldManager = "", initialApiVersion }: Checkpoint,
  given: Properties,
): Properties {
  return {
    ...withSecrets(toProperties(live), given),
    [INPUTS]: withSecrets(toProperties(inputs), given),
    [INITIAL_VERSION]: initialApiVersion,
    [FIELD_MANAGER]: fieldManager,
  };
}

/**
 * Marks as secret what came in as a secret, and the data of every Secret. A list of which one item is secret is secret as a
 * whole, since API servers may put items in another order.
 */
export function withSecrets(outputs: Properties, given: Properties): Properties {
  const marked = { ...outputs };
  if (outputs.kind === "Secret") {
    for (const name of ["data", "stringData"]) if (name in marked) marked[name] = makeSecret(marked[name]);
    return marked;
  }
  for (const [name, input] of Object.entries(given)) {
    if (!Object.hasOwn(marked, name)) continue;
    const output = marked[name];
    if (isObject(output) && isObject(input)) marked[name] = withSecrets(output, input);
    else if (!isSecret(output) && containsSecrets(input)) marked[name] = makeSecret(output);
  }
  return marked;
}

/**
 * Takes secrets out of what an API server says: those of the inputs, and a Secret's data in clear and in base64, whoever
 * forgot to mark them.
 */
export function concealing(...properties: Properties[]): (message: string) => string {
  const hidden: unknown[] = [];
  for (const bag of properties) {
    hidden.push(bag);
    if (bag.kind !== "Secret") continue;
    const { data = {}, stringData = {} } = toObject(bag) as { data?: Properties; stringData?: Properties };
    for (const value of Object.values({ ...data })) {
      hidden.push(makeSecret(value), makeSecret(Buffer.from(String(value), "base64").toString()));
    }
    for (const value of Object.values({ ...stringData })) {
      hidden.push(makeSecret(value), makeSecret(Buffer.from(String(value)).toString("base64")));
    }
  }
  return redactor(hidden);
}
