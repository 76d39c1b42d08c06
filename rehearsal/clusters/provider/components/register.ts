import { isObject } from "../../../clouds/wire";
import { type Building, type Registered, referenceTo } from "../../../engine/construction";
import type { ConstructResult } from "../../../engine/provider";
import { makeSecret } from "../../../engine/values";
import { idOf, type KubeObject, tokenOf, withMetadata } from "../objects";
import type { ComponentContext } from "./context";
import { ordered } from "./order";

/** How the objects of a component become resources. */
export interface Registering {
  /** Begins the names of the resources; empty for none. */
  prefix: string;
  /** Nobody waits for what is made. */
  skipAwait: boolean;
  /** URNs that what the objects were made of depends on. @default none */
  dependencies?: readonly string[];
  /** The objects were made of something secret, so that the list of them is. @default false */
  isSecret?: boolean;
  /** Whether an object stays in the cluster when its resource goes. @default none does */
  isKept?: (object: KubeObject) => boolean;
}

/**
 * Registers objects as children of a component, each as soon as what it depends on is made.
 * @returns the component's output `resources`, in the order in which they were registered.
 * @throws Error for an order that cannot be kept, or in the engine's words.
 */
export async function registered(
  building: Building,
  objects: readonly KubeObject[],
  { version }: Pick<ComponentContext, "version">,
  { prefix, skipAwait, dependencies = [], isSecret = false, isKept = () => false }: Registering,
): Promise<Pick<ConstructResult, "state" | "stateDependencies">> {
  const made = new Map<KubeObject, Promise<Registered>>();
  for (const { object, after } of ordered(objects)) {
    const before = Promise.all(after.map((each) => made.get(each) as Promise<Registered>));
    const child = before.then((known) =>
      building.child({
        type: tokenOf(object),
        name: prefix === "" ? idOf(object) : `${prefix}:${idOf(object)}`,
        inputs: inputsOf(skipAwait ? unawaited(object) : object),
        dependencies: known.map(({ urn }) => urn),
        version,
        retainOnDelete: isKept(object),
      }),
    );
    // Whoever waits for all of them hears of the first that fails.
    child.catch(() => undefined);
    made.set(object, child);
  }
  const children = await Promise.all(made.values());
  const resources = children.map(referenceTo);
  return {
    state: { resources: isSecret ? makeSecret(resources) : resources },
    stateDependencies: { resources: [...new Set([...dependencies, ...children.map(({ urn }) => urn)])] },
  };
}

function unawaited(object: KubeObject): KubeObject {
  const given = object.metadata.annotations ?? {};
  if (!isObject(given))
    throw new Error(
      `unable to set \`pulumi.com/skipAwait\`: the annotations of ${object.kind} ${idOf(object)} are no mapping`,
    );
  return withMetadata(object, { annotations: { ...given, "pulumi.com/skipAwait": "true" } });
}

/** What a Secret holds is secret, wherever it came from. */
function inputsOf(object: KubeObject): KubeObject {
  if (object.apiVersion !== "v1" || object.kind !== "Secret") return object;
  const hidden = ["data", "stringData"]
    .filter((name) => name in object)
    .map((name) => [name, makeSecret(object[name])]);
  return { ...object, ...Object.fromEntries(hidden) };
}
