import { isMap, parseAllDocuments } from "yaml";
import { isObject } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";

/** Aliases of one document: real manifests have a few, and a bomb has millions. */
const MOST_ALIASES = 1000;

/**
 * The mappings of a stream of YAML or JSON documents; empty documents are none.
 * @param isStrict refuses documents that are something else, which are left out otherwise. @default true
 * @throws Error for what cannot be read.
 */
export function documentsOf(text: string, isStrict = true): Properties[] {
  const documents = parseAllDocuments(text, { merge: true });
  const found: Properties[] = [];
  for (const document of "length" in documents ? [...documents] : []) {
    const [error] = document.errors;
    // Its first line: the others show the text, which may be secret.
    if (error !== undefined)
      throw new Error(`error converting YAML to JSON: ${error.message.split("\n")[0]?.replace(/:$/, "")}`);
    const value: unknown = isMap(document.contents) ? document.toJS({ maxAliasCount: MOST_ALIASES }) : undefined;
    if (isObject(value)) {
      if (Object.keys(value).length > 0) found.push(value);
    } else if (isStrict && document.contents !== null && document.toJS() !== null) {
      throw new Error("error unmarshaling JSON: a document is no mapping");
    }
  }
  return found;
}
