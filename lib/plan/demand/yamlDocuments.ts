import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLError,
} from "yaml";
import type { Problem } from "../problems";
import { aliasProblem } from "./aliases";
import type { Step } from "./fields";
import { jsonObjects } from "./jsonObjects";
import type { SourceObject } from "./objects";
import { kubectlTags } from "./yamlTags";

/** What a text holds: its objects, and where it cannot be read. */
export interface Documents {
  readonly objects: SourceObject[];
  readonly problems: Problem[];
}

/** A file with more syntax errors than this has one mistake, and its consequences. */
const MOST_ERRORS = 3;

/** The parser calls itself for each level and runs out of stack; nobody's manifest has thousands of levels. */
const TOO_DEEP = "is nested too deeply to be read";

/**
 * Reads a text of any number of YAML or JSON documents, as kubectl does: anchors, merge keys, CRLF, a byte order mark.
 * Documents that cannot be read are problems with their line; the others are read all the same.
 * @param source the text's name in messages
 * @param written the text
 */
export function documentsOf(source: string, written: string): Documents {
  // Files that were put one after the other bring theirs along; the parser takes one at the very beginning only.
  const text = written.replace(/^\uFEFF/gm, "");
  if (isTooDeep(text)) return { objects: [], problems: [{ path: source, message: TOO_DEEP }] };
  try {
    const lines = new LineCounter();
    const parsed = parseDocuments(text, lines);
    const read: Documents = { objects: [], problems: [] };
    for (const [index, document] of parsed.entries()) readDocument(document, index + 1, source, text, lines, read);
    const json = read.problems.length > 0 ? jsonObjects(text) : undefined;
    if (json === undefined) return read;
    return { objects: json.map((object, index) => ({ object, source, document: index + 1 })), problems: [] };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { objects: [], problems: [{ path: source, message: TOO_DEEP }] };
  }
}

/**
 * Parses a text of YAML documents as kubectl does; each document says what is wrong with it. Integers beyond 2^53 are bigints.
 * @throws RangeError for a text that is nested too deeply.
 */
export function parseDocuments(text: string, lineCounter = new LineCounter()): Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    schema: "yaml-1.1",
    version: "1.1",
    customTags: kubectlTags,
    merge: true,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: "silent",
    lineCounter,
  });
  return Array.isArray(documents) ? (documents as Document.Parsed[]) : [];
}

function readDocument(
  document: Document.Parsed,
  number: number,
  source: string,
  text: string,
  lines: LineCounter,
  into: Documents,
): void {
  const at = (offset: number) => `${source}:${lines.linePos(offset).line} (document ${number})`;
  const [start, , end] = document.range;
  const errors = document.errors.filter((error) => !isRepeatedKey(error));
  if (errors.length > 0) {
    into.problems.push(...syntaxProblems(errors, text.slice(start, end), at));
    return;
  }
  const found = aliasProblem(document);
  if (found !== undefined) {
    into.problems.push({ path: at(found.offset), message: found.message });
    return;
  }
  const object: unknown = document.toJS({ maxAliasCount: -1 });
  if (object === null || object === undefined) return;
  const lineAt = (path: readonly Step[]) => lines.linePos(offsetOf(document, path)).line;
  const repeatedKeys = document.errors.map(({ pos }) => at(pos[0]));
  into.objects.push({ object, source, document: number, lineAt, ...(repeatedKeys.length > 0 && { repeatedKeys }) });
}

/** Whether a key is written twice: the last counts, as with kubectl. */
export function isRepeatedKey({ code }: YAMLError): boolean {
  return code === "DUPLICATE_KEY";
}

function syntaxProblems(all: readonly YAMLError[], text: string, at: (offset: number) => string): Problem[] {
  const errors = all.slice(0, MOST_ERRORS);
  const tooDeep = errors.find((it) => it.message.includes("call stack"));
  if (tooDeep !== undefined) return [{ path: at(tooDeep.pos[0]), message: TOO_DEEP }];
  if (text.includes("{{")) {
    const [first] = errors;
    const message = `is a template, which has to be rendered first ("helm template" for a Helm chart)`;
    return [{ path: at(first?.pos[0] ?? 0), message }];
  }
  return errors.map((error) => ({
    path: at(error.pos[0]),
    message: `cannot be read as YAML: ${sentence(error.message)}${UNCLOSED.test(error.message) ? UNINDENTED : ""}`,
  }));
}

const UNCLOSED = /^Missing closing ["']/;

/** kubectl's reader takes such lines, and no YAML allows them. */
const UNINDENTED = "; close it, and indent the lines that it goes on in more than its key";

/** Counts brackets only, so that a megabyte of them is refused before the parser takes a gigabyte for it. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length && depth < DEEPEST; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x5b || character === 0x7b) depth++;
    else if (depth > 0 && (character === 0x5d || character === 0x7d)) depth--;
  }
  return depth >= DEEPEST;
}

/** Far beyond any object, and beyond any number of brackets that scripts and patterns in texts leave open. */
const DEEPEST = 20_000;

/** The parser's messages may quote the text; a line of it is enough. */
function sentence(message: string): string {
  const [line = ""] = message.split("\n");
  return line.length > 200 ? `${line.slice(0, 197)}...` : line;
}

/** Where a place in the object was written; the nearest place above it where a merge or a default brought it. */
function offsetOf(document: Document.Parsed, path: readonly Step[]): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (!isCollection(node)) break;
    const item = isMap(node)
      ? node.items.findLast((it) => isScalar(it.key) && String(it.key.value) === step)
      : node.items[Number(step)];
    if (item === undefined) break;
    const key = isPair(item) ? (item.key as Node) : (item as Node);
    offset = key.range?.[0] ?? offset;
    node = (isPair(item) ? item.value : item) as Node | null;
  }
  return offset;
}
