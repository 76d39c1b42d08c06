import { at, objects, shown } from "../props";

/** A Secret or ConfigMap, as far as it is readable. */
export interface KubernetesData {
  readonly kind: "Secret" | "ConfigMap";
  /** `namespace/name`. */
  readonly where: string;
  readonly texts: { readonly [key: string]: string };
}

type Props = { readonly [property: string]: unknown };

export const SECRET = "kubernetes:core/v1:Secret";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

/** Types of resources that write Secrets and ConfigMaps: one, a patch of one, or a list. */
export const KUBERNETES_DATA = [SECRET, CONFIG_MAP].flatMap((type) => [type, `${type}Patch`, `${type}List`]);

/** The Secrets and ConfigMaps that a resource of {@link KUBERNETES_DATA} writes; what is unknown of them is left out. */
export function kubernetesData(type: string, props: Props): KubernetesData[] {
  const kind = type.startsWith(SECRET) ? "Secret" : "ConfigMap";
  return (type.endsWith("List") ? objects(props.items) : [props]).map((one) => dataOf(kind, one));
}

function dataOf(kind: KubernetesData["kind"], props: Props): KubernetesData {
  const [namespace, name] = ["namespace", "name"].map((field) => at(props, "metadata", field));
  const encoded = entries(props.data).map(
    ([key, text]) => [key, kind === "Secret" ? Buffer.from(text, "base64").toString() : text] as const,
  );
  return {
    kind,
    where: `${shown(namespace ?? "default")}/${shown(name ?? "")}`,
    texts: Object.fromEntries([...encoded, ...entries(props.stringData)]),
  };
}

function entries(data: unknown): [string, string][] {
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string");
}
