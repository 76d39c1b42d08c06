import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { byBytes } from "../../../engine/values";

/** Seconds that a server has for a manifest. */
const PATIENCE_SECONDS = 30;

const isUrl = (file: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(file);
const isPattern = (file: string): boolean => /(?:^|[^\\])[*?[]/.test(file);

/**
 * The texts of manifests.
 * @param files paths and URLs; with `glob`, patterns too, whose files come in the order of their names.
 * @param folder that relative paths start from.
 * @throws Error for a file that cannot be read, or a URL that does not answer.
 */
export async function readTexts(
  files: readonly string[],
  { glob, folder }: { glob: boolean; folder: string },
): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files) {
    if (isUrl(file)) texts.push(await fetched(file));
    else for (const path of glob && isPattern(file) ? matching(file, folder) : [file]) texts.push(read(path, folder));
  }
  return texts;
}

async function fetched(url: string): Promise<string> {
  const hint = "download it, and name the file instead";
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_SECONDS * 1000) }).catch((error: Error) => {
    const { message } = (error.cause as Error | undefined) ?? error;
    throw new Error(`fetching YAML over network: ${url}: ${message}; ${hint}`);
  });
  if (!answer.ok) throw new Error(`fetching YAML over network: ${url} answers ${answer.status}; ${hint}`);
  return answer.text();
}

function read(path: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, path), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "no such file or directory" : code === "EISDIR" ? "is a directory" : message;
    throw new Error(`reading YAML file from disk: open ${path}: ${why}`);
  }
}

/** The paths that a pattern of Go's `filepath.Match` fits, sorted: `*`, `?` and `[a-z]` within one name. */
function matching(pattern: string, folder: string): string[] {
  let found = [isAbsolute(pattern) ? "/" : ""];
  for (const part of pattern.split("/").filter((each) => each !== "")) {
    const fits = isPattern(part) ? expression(part, pattern) : undefined;
    found = found.flatMap((above) => {
      if (fits === undefined) return [join(above, part)];
      return names(resolve(folder, above))
        .filter((name) => fits.test(name))
        .map((name) => join(above, name));
    });
  }
  return found.filter((path) => existsSync(resolve(folder, path))).sort(byBytes);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // As for the real plugin: a folder that cannot be read holds nothing.
    return [];
  }
}

function expression(part: string, pattern: string): RegExp {
  const wrong = new Error(`expanding glob: syntax error in pattern ${JSON.stringify(pattern)}`);
  const tokens = part.match(/\\.|\[\^?(?:\\.|[^\]\\])+\]|[\s\S]/g) ?? [];
  const parts = tokens.map((token) => {
    if (token === "*") return "[^/]*";
    if (token === "?") return "[^/]";
    if (token === "[" || token === "\\") throw wrong;
    if (token.length > 1 && token.startsWith("[")) return token;
    return (token.length > 1 ? token.slice(1) : token).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  try {
    return new RegExp(`^${parts.join("")}$`, "su");
  } catch {
    throw wrong;
  }
}
