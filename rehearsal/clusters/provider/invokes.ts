import { plain } from "../../clouds/wire";
import type { InvokeRequest, InvokeResult, Properties } from "../../engine/provider";
import { documentsOf } from "./documents";
import type { Kinds } from "./kinds";
import { type KubeObject, namespaceOf, textAt, tokenOf, withMetadata } from "./objects";

/** Functions of the package. Of what ConfigFile and ConfigGroup need, YAML is read here; charts and kustomizations are not. */
export async function invokeFunction({ token, args }: InvokeRequest, kinds: Kinds): Promise<InvokeResult> {
  if (token !== "kubernetes:yaml:decode") {
    const instead: { [token: string]: string } = {
      "kubernetes:helm:template": "; use helm.v3.Release",
      "kubernetes:kustomize:directory": '; build it first, "kubectl kustomize FOLDER", and use yaml.ConfigFile',
    };
    throw new Error(`cannot rehearse: the function ${token}${instead[token] ?? ""}`);
  }
  const { text, defaultNamespace } = plain(args) as { text?: unknown; defaultNamespace?: unknown };
  if (typeof text !== "string") throw new Error("missing required field 'text' of type string");
  const result: Properties[] = [];
  for (const object of decode(text)) {
    const isPlaced = typeof defaultNamespace !== "string" || defaultNamespace === "" || namespaceOf(object) !== "";
    const inside = !isPlaced && (await kinds.isNamespaced(tokenOf(object), object));
    result.push(inside ? withMetadata(object, { namespace: defaultNamespace }) : object);
  }
  return { result: { result }, failures: [] };
}

/** The objects of a stream of YAML documents, without those that are none. */
function decode(text: string): KubeObject[] {
  const isKube = (value: Properties) => textAt(value, "kind") !== "" && textAt(value, "apiVersion") !== "";
  return documentsOf(text, false).filter(isKube) as KubeObject[];
}
