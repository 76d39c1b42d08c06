import { createRequire } from "node:module";
import { join } from "node:path";
import { TOKEN_PACKAGES } from "../../lib/clusters/tokenPackages";
import { UserError } from "../userError";

/** What tokens are made with, apart from their options: replaced in tests. */
export interface TokenDeps {
  /**
   * Loads a package that not every user has.
   * @throws with `code` MODULE_NOT_FOUND when it is not installed.
   */
  readonly load: (name: string) => unknown;
  readonly now: () => Date;
}

/** Packages are looked for in the project that runs `multisite`, then beside this library. */
export const NODE_DEPS: TokenDeps = {
  load: (name) => {
    const inProject = createRequire(join(process.cwd(), "package.json"));
    try {
      return inProject(name);
    } catch (error) {
      if (!isMissing(error, name)) throw error;
      return require(name);
    }
  },
  now: () => new Date(),
};

/**
 * Loads the packages that one kind of token needs, all or none.
 * @throws UserError that names those that are missing, and how to install them.
 */
export function loadPeers(kind: keyof typeof TOKEN_PACKAGES, { load }: TokenDeps): unknown[] {
  const missing: string[] = [];
  const loaded = TOKEN_PACKAGES[kind].map((name) => {
    try {
      return load(name);
    } catch (error) {
      if (!isMissing(error, name)) throw error;
      missing.push(name);
      return undefined;
    }
  });
  if (missing.length === 0) return loaded;
  throw new UserError(
    `multisite token ${kind} needs ${missing.join(" and ")}, which ${missing.length === 1 ? "is" : "are"} not ` +
      `installed here: npm install ${missing.join(" ")}`,
  );
}

/** Whether `name` itself is absent, rather than something that it needs in turn, which would be a broken installation. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") return false;
  return error.message.includes(`'${name}'`);
}
