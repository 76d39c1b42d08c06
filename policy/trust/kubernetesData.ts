import { at, shown } from "../props";

/** A Secret or ConfigMap, as far as it is readable. */
export interface KubernetesData {
  /** `namespace/name`. */
  readonly where: string;
  readonly texts: { readonly [key: string]: string };
}

export const SECRET = "kubernetes:core/v1:Secret";
export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

/** The texts of a Secret or ConfigMap; what is unknown is left out. */
export function kubernetesData(type: string, props: { readonly [property: string]: unknown }): KubernetesData {
  const [namespace, name] = ["namespace", "name"].map((field) => at(props, "metadata", field));
  const encoded = entries(props.data).map(
    ([key, text]) => [key, type === SECRET ? Buffer.from(text, "base64").toString() : text] as const,
  );
  return {
    where: `${shown(namespace ?? "default")}/${shown(name ?? "")}`,
    texts: Object.fromEntries([...encoded, ...entries(props.stringData)]),
  };
}

function entries(data: unknown): [string, string][] {
  if (typeof data !== "object" || data === null) return [];
  return Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string");
}
