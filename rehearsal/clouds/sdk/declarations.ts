import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseShape, type Shape } from "./typeExpression";

/**
 * The interfaces of a package's `types/input.d.ts` and `types/output.d.ts`, and the enumerations of `types/enums`.
 *
 * These files are up to 9 MB and 10,000 interfaces, of which a program uses some dozens. They are kept as bytes, outside
 * the heap, and only the interface asked for is found and read.
 */
export class Declarations {
  private readonly files = new Map<string, Buffer>();
  private readonly shapes = new Map<string, Shape | undefined>();
  private readonly spaces = new Map<Buffer, ReadonlyMap<string, Buffer>>();

  constructor(private readonly folder: string) {}

  /**
   * The properties of an interface.
   * @param name as the SDK writes it after `inputs.`: `eks.ClusterVpcConfig`, `core.v1.PodSpec`.
   * @returns undefined when the package declares no such interface.
   */
  shape(space: "inputs" | "outputs", name: string): Shape | undefined {
    const key = `${space}:${name}`;
    if (!this.shapes.has(key)) this.shapes.set(key, this.readShape(space, name));
    return this.shapes.get(key);
  }

  /**
   * The values of an enumeration.
   * @returns undefined when it is not closed or not declared.
   */
  values(name: string): (string | number)[] | undefined {
    const path = name.split(".");
    const file = this.file(join("types", "enums", ...path.slice(0, -1), "index.d.ts"));
    const body = enclosed(file, `export declare const ${path.at(-1)}: {`);
    const found = [...(body ?? "").matchAll(/^\s+readonly .+?: (?:"((?:[^"\\]|\\.)*)"|(-?[\d.]+));$/gm)];
    return found.length === 0 ? undefined : found.map(([, word, number]) => word ?? Number(number));
  }

  private readShape(space: "inputs" | "outputs", name: string): Shape | undefined {
    const path = name.split(".");
    let text = this.file(space === "inputs" ? "types/input.d.ts" : "types/output.d.ts");
    for (let depth = 1; depth < path.length; depth++) {
      text = this.namespaces(text, depth - 1).get(path[depth - 1]!) ?? Buffer.alloc(0);
    }
    const indent = "    ".repeat(path.length - 1);
    const body = enclosed(text, `${path.length === 1 ? "export " : indent}interface ${path.at(-1)} {`, indent);
    return body === undefined ? undefined : parseShape(body);
  }

  /** The namespaces of a file or of a namespace, found in one pass. */
  private namespaces(text: Buffer, depth: number): ReadonlyMap<string, Buffer> {
    const known = this.spaces.get(text);
    if (known !== undefined) return known;
    const head = `\n${depth === 0 ? "export declare " : "    ".repeat(depth)}namespace `;
    const found = new Map<string, Buffer>();
    for (let start = text.indexOf(head); start >= 0; ) {
      const next = text.indexOf(head, start + 1);
      const name = text.toString("latin1", start + head.length, text.indexOf(" {", start + head.length));
      found.set(name, text.subarray(start, next < 0 ? text.length : next));
      start = next;
    }
    this.spaces.set(text, found);
    return found;
  }

  private file(name: string): Buffer {
    const known = this.files.get(name);
    if (known !== undefined) return known;
    const bytes = readOrEmpty(join(this.folder, name));
    this.files.set(name, bytes);
    return bytes;
  }
}

/** The text between a head and the closing brace at the head's own indentation; undefined when the head is not there. */
export function enclosed(file: Buffer, head: string, indent = ""): string | undefined {
  const start = file.indexOf(`\n${head}`);
  if (start < 0 && file.indexOf(head) !== 0) return undefined;
  const open = start + 1 + head.length;
  const end = file.indexOf(`\n${indent}}`, open);
  return end < 0 ? undefined : file.toString("utf8", open, end + 1);
}

function readOrEmpty(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
