import type { Properties } from "./provider";
import { contains, isData, isReference, isSecret, rewriteAll, signatureKey } from "./values";

/** Shorter secrets are not masked in text, as in Pulumi: they would blot out ordinary words. */
const shortest = 3;

/** Not masked either, whoever made a secret of it. */
const ordinary = /^(true|false)$/i;

const NOTHING: ReadonlySet<string> = new Set();

/** What Go escapes in JSON beside what has to be: a browser may take it for markup, or for the end of a line. */
const ESCAPED_BY_GO = /[<>&\u2028\u2029]/g;

/**
 * How a text stands in messages: as it is, in JSON as JavaScript and as Go write it, and in such JSON quoted once more, as API
 * servers show an object that they refuse. Each once.
 */
export function spellings(text: string): Set<string> {
  const json = withinQuotes(text);
  const go = json.replace(ESCAPED_BY_GO, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return new Set([text, json, go, withinQuotes(json), withinQuotes(go)]);
}

function withinQuotes(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** The texts of a value that no secret holds. */
function collectOpen(value: unknown, found: Set<string>): void {
  if (isSecret(value)) return;
  if (typeof value === "string") found.add(value);
  else if (Array.isArray(value)) for (const item of value) collectOpen(item, found);
  else if (isData(value)) for (const item of Object.values(value)) collectOpen(item, found);
}

/**
 * Remembers every secret value that passes through the engine, and masks them in text that is shown: messages of
 * policies and providers, the program's own output. Secrets are found by their first characters, so that masking takes
 * time in proportion to the text and not to the number of secrets.
 */
export class SecretFilter {
  private readonly byPrefix = new Map<string, string[]>();
  private readonly seen = new Set<string>();

  /**
   * Remembers the secrets within a value in wire form.
   * @param open texts that are no secrets, wherever they are found.
   */
  learn(value: unknown, open: ReadonlySet<string> = NOTHING): void {
    contains(value, (part) => {
      if (isSecret(part)) this.add(part.value, open);
      return false;
    });
  }

  /**
   * Remembers the secrets of a resource. Providers mark more than they were given as secret, such as the whole list in which
   * one item is, or a copy of all inputs: what the program itself says in the open, the name of a site above all, is none.
   */
  learnResource({ inputs, outputs }: { inputs: unknown; outputs: unknown }): void {
    this.learn(inputs);
    const open = new Set<string>();
    if (contains(outputs, isSecret)) collectOpen(inputs, open);
    this.learn(outputs, open);
  }

  /** Remembers a plain value, and all text within it, as secret. */
  add(value: unknown, open: ReadonlySet<string> = NOTHING): void {
    // Which resources there are is no secret: a list of them may be, for what they were made of.
    if (isReference(value)) return;
    if (typeof value === "string") {
      if (open.has(value)) return;
      for (const text of spellings(value)) this.addText(text);
      // The lines of a key or certificate reach a program's output one by one.
      if (value.includes("\n")) for (const line of value.split("\n")) if (line.length >= 16) this.addText(line);
    } else if (typeof value === "number") this.addText(String(value));
    else if (Array.isArray(value)) for (const item of value) this.add(item, open);
    else if (isData(value)) for (const name in value) if (name !== signatureKey) this.add(value[name], open);
  }

  private addText(text: string): void {
    if (text.length < shortest || ordinary.test(text) || this.seen.has(text)) return;
    this.seen.add(text);
    const prefix = text.slice(0, shortest);
    const list = this.byPrefix.get(prefix);
    if (list === undefined) this.byPrefix.set(prefix, [text]);
    else {
      list.push(text);
      list.sort((a, b) => b.length - a.length);
    }
  }

  /** The text with `[secret]` in place of every secret that it holds. */
  mask(text: string): string {
    if (this.byPrefix.size === 0) return text;
    let masked = "";
    let copied = 0;
    for (let i = 0; i + shortest <= text.length; ) {
      const hit = this.byPrefix.get(text.slice(i, i + shortest))?.find((secret) => text.startsWith(secret, i));
      if (hit === undefined) {
        i++;
        continue;
      }
      masked += `${text.slice(copied, i)}[secret]`;
      i += hit.length;
      copied = i;
    }
    return masked + text.slice(copied);
  }

  /** The properties with `[secret]` in place of every secret that a text among them holds. */
  maskWithin(properties: Properties): Properties {
    if (this.byPrefix.size === 0) return properties;
    return rewriteAll(properties, (part) => (typeof part === "string" ? { to: this.mask(part) } : undefined));
  }
}
