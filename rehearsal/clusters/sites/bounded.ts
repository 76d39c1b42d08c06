import { readFileSync } from "node:fs";
import { UserError } from "../../userError";
import { sharingConfig } from "./kubernetes";

/** How a site's API server is reached: a kubeconfig, and which of its contexts. */
export interface SiteAccess {
  /** @default what kubectl reads: KUBECONFIG, or .kube/config of the user */
  readonly file?: string;
  /** @default the current one */
  readonly context?: string;
}

type Config = Awaited<ReturnType<typeof sharingConfig>>;

/**
 * Opens the access to a site, for clients whose every request ends in time.
 * @param seconds after which a request is given up: one that hangs would keep the process alive
 * @throws UserError when the file cannot be read, is no kubeconfig or has no such context.
 */
export async function boundedAccess(site: string, access: SiteAccess, seconds: number): Promise<Config> {
  const config = await sharingConfig(seconds);
  try {
    if (access.file === undefined) config.loadFromDefault();
    else config.loadFromString(readFileSync(access.file, "utf8"));
    if (access.context !== undefined) choose(config, access.context);
    if (config.getCurrentCluster() === null) throw new Error("it names no current cluster");
  } catch (error) {
    const option =
      access.file === undefined ? `--context ${site}=${access.context}` : `--kubeconfig ${site}=${access.file}`;
    throw new UserError(`${option}: ${(error as Error).message}; give the site's kubeconfig.`);
  }
  return config;
}

function choose(config: Config, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) throw new Error(`there is no context ${context}, but ${names.join(", ") || "none"}`);
  config.setCurrentContext(context);
}

/**
 * Why a site did not answer, in few words and without what it sent.
 * @param needed what the user of the kubeconfig must be allowed to read
 */
export function reasonOf(error: unknown, needed: string): string {
  const {
    code,
    message = "",
    name,
    cause,
  } = error as { code?: unknown; message?: string; name?: string; cause?: { code?: string; message?: string } };
  if (name === "AbortError" || name === "TimeoutError") return "no answer in time";
  if (code === 401) return "it does not let the kubeconfig's user in (401)";
  if (code === 403) return `the kubeconfig's user may not read ${needed} there (403)`;
  if (typeof code === "number") return `its API server answered ${code}`;
  return cause?.code ?? cause?.message ?? (typeof code === "string" ? code : message.split("\n")[0] || "no answer");
}
