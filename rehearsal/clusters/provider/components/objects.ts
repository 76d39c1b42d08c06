import { isObject, own } from "../../../clouds/wire";
import type { Properties } from "../../../engine/provider";
import { type KubeObject, nameOf, namespaceOf, textAt, tokenOf, withMetadata } from "../objects";
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
export async function normalized(manifests: readonly Properties[], context: ComponentContext): Promise<Normalized> {
  const objects = expanded(manifests).map(checked);
  const scopes = scopesIn(objects);
  const unresolved = new Set<string>();
  const placed: KubeObject[] = [];
  for (const object of objects) {
    if (namespaceOf(object) !== "") {
      placed.push(object);
      continue;
    }
    const isInside = scopes.get(definitionOf(object)) ?? (await context.isNamespaced(tokenOf(object), object));
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

/** The items of lists in the place of the lists, at any depth. */
function expanded(manifests: readonly Properties[]): Properties[] {
  return manifests.flatMap((manifest) => {
    const items = own(manifest, "items");
    if (!Array.isArray(items)) return [manifest];
    const wrong = items.findIndex((item) => !isObject(item));
    if (wrong >= 0) throw new Error(`YAML object is invalid: \`${begun(manifest)}\`: item ${wrong} is no object`);
    return expanded(items as Properties[]);
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
  const definitions = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
  return new Map(
    definitions.map((object) => [
      `${textAt(object, "spec", "group")}/${textAt(object, "spec", "names", "kind")}`,
      textAt(object, "spec", "scope") === "Namespaced",
    ]),
  );
}

const definitionOf = ({ apiVersion, kind }: KubeObject): string => `${apiVersion.split("/")[0]}/${kind}`;

/** How an object begins, keys in order; what a Secret holds is not shown. */
function begun(manifest: Properties): string {
  const hidden = textAt(manifest, "kind") === "Secret" ? ["data", "stringData"] : [];
  const shown = Object.entries(manifest)
    .map(([name, value]) => [name, hidden.includes(name) ? "[secret]" : value] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const characters = [...JSON.stringify(Object.fromEntries(shown))];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 3).join("")}...` : characters.join("");
}
