import { toJson } from "./configYaml";
import { type Crypter, passphraseCrypter } from "./crypter";
import { defaultPassphrase } from "./snapshot";
import { isData } from "./values";

/** A configuration value: its text, and whether it is a secret. Objects and lists are JSON text, as the SDK reads them. */
export interface ConfigValue {
  text: string;
  secret: boolean;
}

/** What Pulumi.yaml says about a key: its type, a value, whether it must be a secret. */
export interface Declaration {
  /** As it is written. */
  name: string;
  /** With its namespace. */
  key: string;
  /** In the project's own namespace. */
  isOwn: boolean;
  entry: { [field: string]: unknown };
}

export function toText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" || typeof value === "bigint" ? String(value) : toJson(value);
}

/** What a stack's file says of how its secrets are kept. */
export interface SecretsKeeping {
  encryptionsalt?: unknown;
  secretsprovider?: unknown;
}

/** Nothing of a stack's file can be decrypted; the message says why, and ends in what to give in its place. */
export class Sealed extends Error {}

/** Decrypts what a stack's file holds, by the passphrase of the environment. The function throws {@link Sealed}. */
export function openedBy({ encryptionsalt, secretsprovider }: SecretsKeeping): (ciphertext: string) => string {
  return (ciphertext) => {
    if (typeof encryptionsalt !== "string") {
      const isNamed = typeof secretsprovider === "string" && !["", "default", "passphrase"].includes(secretsprovider);
      throw new Sealed(
        `it is encrypted by ${isNamed ? secretsprovider : "Pulumi Cloud"}, which no rehearsal asks: give`,
      );
    }
    return stackCrypter(encryptionsalt).decrypt(ciphertext);
  };
}

function stackCrypter(salt: string): Crypter {
  try {
    return passphraseCrypter(defaultPassphrase(), salt);
  } catch {
    throw new Sealed("it is encrypted by another passphrase: set PULUMI_CONFIG_PASSPHRASE to that one, or give");
  }
}

/** True for a text that a stack's file holds encrypted. */
export function isSecretText(entry: unknown): entry is { secure: string } {
  return isData(entry) && typeof entry.secure === "string" && Object.keys(entry).length === 1;
}

/**
 * A value of a stack's file. One secret within an object or a list makes all of it one, as in the real engine.
 * @throws the decryption's error.
 */
export function configValue(entry: unknown, open: (ciphertext: string) => string): ConfigValue {
  let secret = false;
  const opened = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(opened);
    if (!isData(value)) return value;
    if (isSecretText(value)) {
      secret = true;
      return open(value.secure);
    }
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, opened(part)]));
  };
  const text = toText(opened(entry));
  return { text, secret };
}

/** Why values do not fit what Pulumi.yaml declares, in the words of the real engine, which refuses to run then. */
export function declaredProblems(
  declarations: readonly Declaration[],
  config: ReadonlyMap<string, ConfigValue>,
  stack: string,
): string[] {
  const missing = declarations.filter(({ key, isOwn }) => isOwn && !config.has(key)).map(({ name }) => name);
  const problems = missing.length === 0 ? [] : [missingValues(missing.sort(), stack)];
  for (const { name, key, entry } of declarations) {
    const value = config.get(key);
    if (value === undefined || typeof entry.type !== "string") continue;
    const what = `Stack '${stack}' with configuration key '${name}' must be`;
    if (entry.secret === true && !value.secret) problems.push(`${what} encrypted as it's secret`);
    else if (!isOfType(value.text, entry.type, entry.items)) {
      problems.push(`${what} of type '${typeName(entry.type, entry.items)}'`);
    }
  }
  return problems;
}

function missingValues(names: readonly string[], stack: string): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop();
  const list = quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
  return `Stack '${stack}' is missing configuration ${names.length === 1 ? "value" : "values"} ${list}`;
}

export function typeName(type: string, items: unknown): string {
  return isData(items) ? `array<${typeName(String(items.type), items.items)}>` : type;
}

/** The text of a whole value: of a list or an object it is JSON, also where the command line gave it. */
function isOfType(text: string, type: string, items: unknown): boolean {
  if (type !== "object" && type !== "array") return isValueOfType(text, type, items);
  try {
    return isValueOfType(JSON.parse(text), type, items);
  } catch {
    return false;
  }
}

/** Whether a value, as YAML or JSON gives it, is of a declared type. */
export function isValueOfType(value: unknown, type: string, items: unknown): boolean {
  if (type === "string") return typeof value === "string";
  if (type === "integer") {
    return typeof value === "string" ? /^[+-]?\d+$/.test(value) : typeof value === "bigint" || Number.isInteger(value);
  }
  if (type === "boolean") return typeof value === "boolean" || value === "true" || value === "false";
  if (type === "object") return isData(value);
  if (!Array.isArray(value) || !isData(items)) return false;
  return value.every((item) => isValueOfType(item, String(items.type), items.items));
}
