/** Files of a folder that are manifests by their names. */
export const EXTENSIONS: readonly string[] = [".yaml", ".yml", ".json"];

/** Whether a file or folder in a folder is passed over: what tools keep for themselves. */
export function isPassedOver(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

/** What makes a folder one that has to be rendered first, by the names of what is in it. */
export function unrenderedKind(names: readonly string[]): "chart" | "kustomization" | undefined {
  if (names.includes("Chart.yaml")) return "chart";
  return names.some((name) => KUSTOMIZATIONS.includes(name)) ? "kustomization" : undefined;
}

const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/**
 * A text of UTF-8, or of UTF-16 where a byte order mark says so, as YAML has it.
 * @throws Error with a code that {@link reason} knows, for bytes that are no text.
 */
export function decode(bytes: Buffer): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "does not exist"],
  ["EACCES", "may not be read: permission denied"],
  ["EPERM", "may not be read: permission denied"],
  ["ELOOP", "is a link that leads to itself"],
  ["ENOTDIR", "does not exist: a part of its path is no folder"],
  ["EISDIR", "is a folder"],
  ["ENAMETOOLONG", "is no path: it is too long"],
  ["ERR_ENCODING_INVALID_ENCODED_DATA", "is no text: it is neither UTF-8 nor UTF-16 with a byte order mark"],
]);

/** Why a path could not be read, to follow its name. */
export function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS.get(code) ?? `cannot be read${code === "" ? "" : ` (${code})`}`;
}
