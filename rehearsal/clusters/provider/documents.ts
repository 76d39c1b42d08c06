import { type Document, isMap, LineCounter } from "yaml";
import { isRepeatedKey, parseDocuments } from "../../../lib/plan/demand/yamlDocuments";
import { isObject } from "../../clouds/wire";
import type { Properties } from "../../engine/provider";

/** Aliases of one document: real manifests have a few, and a bomb has millions. */
const MOST_ALIASES = 1000;

/**
 * The mappings of a stream of YAML or JSON documents, read as kubectl reads them; empty documents are none.
 * @param isStrict refuses documents that are something else, which are left out otherwise. @default true
 * @throws Error for what cannot be read.
 */
export function documentsOf(text: string, isStrict = true): Properties[] {
  const found: Properties[] = [];
  const lines = new LineCounter();
  for (const document of parseDocuments(text, lines)) {
    const error = document.errors.find((one) => !isRepeatedKey(one));
    if (error !== undefined) {
      const { line } = lines.linePos(error.pos[0]);
      // The other lines of its message show the text, which may be secret.
      throw new Error(
        `error converting YAML to JSON: line ${line}: ${error.message.split("\n")[0]?.replace(/:$/, "")}`,
      );
    }
    const value: unknown = isMap(document.contents) ? toJson(document) : undefined;
    if (isObject(value)) {
      if (Object.keys(value).length > 0) found.push(value);
    } else if (isStrict && document.contents !== null && document.toJS() !== null) {
      throw new Error("error unmarshaling JSON: a document is no mapping");
    }
  }
  return found;
}

/** A document with the numbers of JSON, which are floating-point. */
function toJson(document: Document): unknown {
  const reviver = (_: unknown, value: unknown) => (typeof value === "bigint" ? Number(value) : value);
  return document.toJS({ maxAliasCount: MOST_ALIASES, reviver });
}
