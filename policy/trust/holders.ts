import { KUBERNETES_DATA, kubernetesData } from "./kubernetesData";
import type { JudgedResource } from "./trustRule";

export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Something that texts lie in, and that others than the program can read. */
export interface Holder {
  /** How messages call it. */
  readonly called: string;
  /** `namespace/name` of a Secret. */
  readonly where: string | undefined;
  readonly isStore: boolean;
  readonly texts: readonly string[];
}

/** Entries of stores outside clusters, with the property that holds the text. */
const STORES: { readonly [type: string]: string } = {
  "aws:secretsmanager/secretVersion:SecretVersion": "secretString",
  "aws:ssm/parameter:Parameter": "value",
  "gcp:secretmanager/secretVersion:SecretVersion": "secretData",
  "azure-native:keyvault:Secret": "properties",
};

export const HOLDERS = [...KUBERNETES_DATA, RELEASE, ...Object.keys(STORES)];

/** What holds texts in a resource; encodings are taken off that their readers would take off. */
export function holdersIn({ type, name, props }: JudgedResource): Holder[] {
  if (KUBERNETES_DATA.includes(type)) {
    return kubernetesData(type, props).map(({ kind, where, texts }) => {
      const all = Object.values(texts).map(unindented);
      return { called: `${kind} ${where}`, where: kind === "Secret" ? where : undefined, isStore: false, texts: all };
    });
  }
  const isStore = type !== RELEASE;
  const held = isStore ? props[STORES[type]!] : props.values;
  const texts = strings(held)
    .flatMap((text) => [text, decoded(text)])
    .map((text) => unindented(text.replaceAll("\\n", "\n")));
  return [{ called: isStore ? `Entry ${name}` : `The values of release ${name}`, where: undefined, isStore, texts }];
}

/** As blocks of YAML within a text hold certificates, and nobody reads them. */
function unindented(text: string): string {
  return text.replaceAll(/^[ \t]+/gm, "");
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(strings);
}

/** A text in base64 as charts take certificates; empty for one that is none. */
function decoded(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+=*\s*$/.test(text)) return "";
  const plain = Buffer.from(text, "base64").toString();
  return plain.includes("-----BEGIN ") ? plain : "";
}
