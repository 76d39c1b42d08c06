import { isObject, isSecret, own, plain, redactor, reveal } from "../../../clouds/wire";
import type { Properties } from "../../../engine/provider";
import { containsSecrets, makeSecret, rewrite } from "../../../engine/values";
import {
  definedBy,
  groupKindOf,
  isCustomResourceDefinition,
  type KubeObject,
  nameOf,
  namespaceOf,
  textAt,
  tokenOf,
  withMetadata,
} from "../objects";
import type { ComponentContext } from "./context";

/** Characters of an object in a message. */
const LONGEST = 100;

/** Objects that can be registered, and what is to be told about them. */
export interface Normalized {
  objects: KubeObject[];
  warnings: string[];
}

/**
 * Manifests as objects that can be registered: lists opened, `core` left out, and a namespace for those that lie in one and
 * name none.
 * @throws Error for what is no object, with its beginning.
 */
export async function normalized(
  manifests: readonly Properties[],
  context: Pick<ComponentContext, "defaultNamespace" | "isNamespaced">,
): Promise<Normalized> {
  const objects = expanded(manifests).map(checked);
  const scopes = scopesIn(objects);
  const unresolved = new Set<string>();
  const placed: KubeObject[] = [];
  for (const object of objects) {
    if (namespaceOf(object) !== "") {
      placed.push(object);
      continue;
    }
    const isInside = scopes.get(groupKindOf(object)) ?? (await context.isNamespaced(tokenOf(object), object));
    if (isInside === undefined) unresolved.add(`${object.apiVersion}, Kind=${object.kind}`);
    placed.push(isInside === true ? withMetadata(object, { namespace: context.defaultNamespace }) : object);
  }
  if (unresolved.size === 0) return { objects: placed, warnings: [] };
  const warning =
    "Unable to determine whether the following kinds are namespaced without a reachable cluster or a matching " +
    `CustomResourceDefinition, so they are rendered without a namespace: ${[...unresolved].join(", ")}. Set ` +
    ".metadata.namespace explicitly, or include the CustomResourceDefinition, to control the namespace.";
  return { objects: placed, warnings: [warning] };
}

/**
 * A manifest that a program gave, with that in clear by which objects are told apart. What was secret of the rest stays so,
 * which is more than the real plugin does.
 * @param isHidden it came out of something secret, so that all of its content is.
 * @returns undefined for what is no object.
 */
export function manifestOf(given: unknown, isHidden = false): Properties | undefined {
  const open = reveal(given);
  if (!isObject(open)) return undefined;
  const kept = (value: unknown) => (isHidden || isSecret(given) ? makeSecret(plain(value)) : value);
  const metadata = reveal(open.metadata);
  const entries = Object.entries(open).map(([name, value]): [string, unknown] => {
    if (name === "apiVersion" || name === "kind") return [name, plain(value)];
    return [name, name === "metadata" && isObject(metadata) ? named(metadata, kept) : kept(value)];
  });
  return Object.fromEntries(entries);
}

/** Metadata with the names in clear; of annotations, each value is secret for itself. */
function named(metadata: Properties, kept: (value: unknown) => unknown): Properties {
  const entries = Object.entries(metadata).map(([name, value]): [string, unknown] => {
    const open = reveal(value);
    if (name !== "annotations" || !isObject(open)) return [name, plain(value)];
    const hide = isSecret(value) ? makeSecret : kept;
    return [name, Object.fromEntries(Object.entries(open).map(([key, text]) => [key, hide(text)]))];
  });
  return Object.fromEntries(entries);
}

/**
 * A manifest that was rendered of values, in which each text that holds a secret one of them is secret, which is more than the
 * real plugin does. That by which objects are told apart stays in clear.
 */
export function concealed(manifest: Properties, values: unknown): Properties {
  if (!containsSecrets(values)) return manifest;
  const conceal = redactor(values);
  const entries = Object.entries(manifest).map(([name, value]): [string, unknown] => {
    if (["apiVersion", "kind", "metadata"].includes(name)) return [name, value];
    const hidden = rewrite(value, (part) =>
      typeof part === "string" && conceal(part) !== part ? { to: makeSecret(part) } : undefined,
    );
    return [name, hidden];
  });
  return Object.fromEntries(entries);
}

/** The items of lists in the place of the lists, at any depth. */
function expanded(manifests: readonly Properties[]): Properties[] {
  return manifests.flatMap((manifest) => {
    const items = own(manifest, "items");
    const list = reveal(items);
    if (!Array.isArray(list)) return [manifest];
    return expanded(
      list.map((item, i) => {
        const object = manifestOf(item, isSecret(items));
        if (object !== undefined) return object;
        throw new Error(`YAML object is invalid: \`${begun(manifest)}\`: item ${i} is no object`);
      }),
    );
  });
}

function checked(manifest: Properties): KubeObject {
  const [apiVersion, kind] = [textAt(manifest, "apiVersion"), textAt(manifest, "kind")];
  if (apiVersion === "" || kind === "") {
    throw new Error(`Kubernetes resources require a kind and apiVersion: \`${begun(manifest)}\``);
  }
  if (nameOf(manifest) === "") {
    throw new Error(`Kubernetes resources require a .metadata.name: \`${begun(manifest)}\``);
  }
  return { ...manifest, apiVersion: apiVersion.replace(/^core\//, "") } as KubeObject;
}

/** The scope of kinds that the objects themselves define. */
function scopesIn(objects: readonly KubeObject[]): Map<string, boolean> {
  const definitions = objects.filter(isCustomResourceDefinition).map(definedBy);
  return new Map(definitions.map(({ groupKind, scope }) => [groupKind, scope === "Namespaced"]));
}

/** How an object begins, keys in order; what a Secret holds is not shown. */
function begun(manifest: Properties): string {
  const hidden = textAt(manifest, "kind") === "Secret" ? ["data", "stringData"] : [];
  const shown = Object.entries(manifest)
    .map(([name, value]) => [name, hidden.includes(name) ? "[secret]" : value] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(shown), (_, value) => (isSecret(value) ? "[secret]" : value));
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 3).join("")}...` : characters.join("");
}
