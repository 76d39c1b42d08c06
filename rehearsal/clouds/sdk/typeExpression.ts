/**
 * The types of properties, as a generated SDK declares them: a small part of TypeScript, read into a tree.
 */

/** The type of a property. `ref` names an interface or an enumeration of the package's `types` folder. */
export type PropertyType =
  | { kind: "string" | "number" | "boolean" | "any" }
  | { kind: "literal"; value: string | number | boolean }
  | { kind: "list"; of: PropertyType }
  | { kind: "map"; of: PropertyType }
  | { kind: "union"; of: PropertyType[] }
  | { kind: "ref"; space: "inputs" | "outputs" | "enums"; name: string };

/** One property of an interface or a class. */
export interface Property {
  type: PropertyType;
  /** The property may be left out: `name?:`, or `| undefined` in its type. */
  optional: boolean;
}

/** The properties of an interface, by name. */
export type Shape = ReadonlyMap<string, Property>;

const ANY: PropertyType = { kind: "any" };
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|[A-Za-z_$][\w$.]*|=>|[^\s])/y;

/** Wrappers that say when a value is known, not what it is. */
const WRAPPERS = new Set(["pulumi.Input", "pulumi.Output", "Promise"]);

/** Reads the body of a generated interface or class: `name?: type;`, with comments. */
export function parseShape(body: string): Shape {
  const shape = new Map<string, Property>();
  const bare = body.replace(/\/\*[\s\S]*?\*\//g, "");
  const head = /\s*(static\s)?(?:readonly\s)?\s*("?)([A-Za-z_$][\w$.-]*)\2(\?)?:/y;
  for (const statement of statements(bare)) {
    head.lastIndex = 0;
    const match = head.exec(statement);
    if (match === null || match[1] !== undefined) continue;
    const { type, optional } = parseType(statement.slice(head.lastIndex));
    shape.set(match[3]!, { type, optional: optional || match[4] !== undefined });
  }
  return shape;
}

/** Reads one type; `optional` when `undefined` is one of its alternatives. */
export function parseType(source: string): Property {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(source); match !== null; match = TOKEN.exec(source)) tokens.push(match[1]!);
  const reader = new Reader(tokens);
  const type = reader.union();
  return { type, optional: reader.sawUndefined };
}

/** Splits at the semicolons that are in no bracket and no text. */
function statements(body: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < body.length; i++) {
    const c = body[i];
    if (c === '"') i = body.indexOf('"', i + 1);
    else if (c === "{" || c === "(" || c === "[") depth++;
    else if (c === "}" || c === ")" || c === "]") depth--;
    else if (c === ";" && depth === 0) {
      found.push(body.slice(start, i));
      start = i + 1;
    }
    if (i < 0) break;
  }
  return found;
}

/** Recursive descent over the tokens of one type. What it does not know is `any`: never a false refusal. */
class Reader {
  sawUndefined = false;
  private next = 0;

  constructor(private readonly tokens: readonly string[]) {}

  union(): PropertyType {
    const members: PropertyType[] = [];
    do {
      this.take("|");
      const member = this.postfix();
      if (member !== undefined) members.push(member);
    } while (this.tokens[this.next] === "|");
    if (this.tokens[this.next] === "=>") {
      this.next = this.tokens.length;
      return ANY;
    }
    return members.length === 1 ? members[0]! : members.length === 0 ? ANY : { kind: "union", of: members };
  }

  private postfix(): PropertyType | undefined {
    let type = this.primary();
    while (this.tokens[this.next] === "[" && this.tokens[this.next + 1] === "]") {
      this.next += 2;
      type = { kind: "list", of: type ?? ANY };
    }
    return type;
  }

  private primary(): PropertyType | undefined {
    const token = this.tokens[this.next++] ?? "";
    if (token === "(") return this.closing(this.union(), ")");
    if (token === "{") return this.object();
    if (/^["']/.test(token)) return { kind: "literal", value: token.slice(1, -1).replace(/\\(.)/g, "$1") };
    if (/^-?\d/.test(token)) return { kind: "literal", value: Number(token) };
    if (token === "true" || token === "false") return { kind: "literal", value: token === "true" };
    if (token === "undefined" || token === "null") {
      this.sawUndefined = true;
      return undefined;
    }
    if (this.take("<")) {
      const inner = this.closing(this.union(), ">");
      return WRAPPERS.has(token) ? inner : ANY;
    }
    return named(token);
  }

  /** `{ [key: string]: T }` is a map; an object written in place is taken as any. */
  private object(): PropertyType {
    const isMap = this.tokens[this.next] === "[";
    if (!isMap) return this.skipTo("}");
    while (this.next < this.tokens.length && !this.take("]")) this.next++;
    this.take(":");
    const of = this.union();
    this.take(";");
    return this.closing({ kind: "map", of }, "}");
  }

  private skipTo(end: string): PropertyType {
    for (let depth = 1; depth > 0 && this.next < this.tokens.length; this.next++) {
      if (this.tokens[this.next] === "{") depth++;
      if (this.tokens[this.next] === end) depth--;
    }
    return ANY;
  }

  private closing<T>(type: T, bracket: string): T {
    while (this.next < this.tokens.length && !this.take(bracket)) this.next++;
    return type;
  }

  private take(token: string): boolean {
    if (this.tokens[this.next] !== token) return false;
    this.next++;
    return true;
  }
}

function named(token: string): PropertyType {
  if (token === "string" || token === "number" || token === "boolean") return { kind: token };
  if (token === "ARN" || token === "pulumi.ID") return { kind: "string" };
  const match = /^(inputs|outputs|enums)\.(.+)$/.exec(token);
  return match === null ? ANY : { kind: "ref", space: match[1] as "inputs" | "outputs" | "enums", name: match[2]! };
}
