/**
 * The objects of a text of JSON values one after another, with or without lines between them, as `jq -c` writes and
 * kubectl reads them. Undefined when the text is anything else.
 */
export function jsonObjects(text: string): unknown[] | undefined {
  const objects: unknown[] = [];
  let start = -1;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inText) {
      if (character === "\\") at++;
      else if (character === '"') inText = false;
    } else if (character === "{" || character === "[") {
      if (depth++ === 0) start = at;
    } else if (depth === 0) {
      if (!/[\s\uFEFF]/.test(character ?? "")) return undefined;
    } else if (character === '"') inText = true;
    else if ((character === "}" || character === "]") && --depth === 0) {
      try {
        objects.push(JSON.parse(text.slice(start, at + 1)));
      } catch {
        return undefined;
      }
    }
  }
  return depth === 0 && objects.length > 0 ? objects : undefined;
}
