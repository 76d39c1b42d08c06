const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g;

/** Every private key in a value, whatever it is wrapped in: lists, JSON as text, base64. */
export function keysIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(keysIn);
  if (typeof value !== "string") return [];
  const text = value.replaceAll("\\n", "\n");
  const found = text.match(KEY);
  if (found !== null) return found;
  if (!/^[A-Za-z0-9+/]{100,}=*$/.test(value)) return [];
  const inner = Buffer.from(value, "base64").toString("latin1");
  return inner.includes("PRIVATE KEY") ? keysIn(inner) : [];
}

/** The lines of a key in PEM, of P-256 or P-384, that hold private bits: public ones may be seen in its certificate. */
function privateLines(key: string): string[] {
  const lines = key.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  if (key.includes("BEGIN OPENSSH")) return lines.slice(-2);
  return lines.slice(0, key.includes("BEGIN EC") ? 1 : 2);
}

/** Texts that may be seen nowhere. Each is also recognised within base64, at whatever place it begins there. */
export class Canaries {
  /** What gives a canary away, with its name. */
  readonly #forms = new Map<string, string>();

  /** Adds a secret: a key in PEM, or a text of 12 characters and more. */
  add(name: string, secret: string): this {
    for (const line of secret.includes("PRIVATE KEY") ? privateLines(secret) : [secret]) {
      this.#forms.set(line, name);
      for (const shift of [0, 1, 2]) this.#forms.set(within64(line, shift), name);
    }
    return this;
  }

  get size(): number {
    return new Set(this.#forms.values()).size;
  }

  /** Names of the canaries that a text gives away. */
  in(text: string): string[] {
    return [...new Set([...this.#forms].filter(([form]) => text.includes(form)).map(([, name]) => name))];
  }
}

/** How a text looks in the middle of something that is written in base64, without what its neighbours decide. */
function within64(text: string, shift: number): string {
  const written = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64");
  return written.replace(/=+$/, "").slice(shift === 0 ? 0 : shift + 1, -2);
}
