import { existsSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import type { SiteAccess } from "../clusters/sites/bounded";
import { UserError } from "../userError";

/** How a command on the running sites is told where they are. */
export interface KubeconfigOptions {
  /** Kubeconfigs by site. */
  kubeconfig: Record<string, string>;
  /** Folder of kubeconfigs that are named after their sites. */
  kubeconfigs?: string;
  /** Contexts by site, of the site's kubeconfig or else of the user's own. @default the current ones */
  context?: Record<string, string>;
}

/** Whether any site can be asked. */
export function canAsk({ kubeconfig, kubeconfigs, context = {} }: KubeconfigOptions): boolean {
  return Object.keys(kubeconfig).length > 0 || kubeconfigs !== undefined || Object.keys(context).length > 0;
}

/**
 * How each of these sites is reached; undefined for one that nobody has named a kubeconfig or context of.
 * @throws UserError for a folder that is not there, and for kubeconfigs of sites that are not.
 */
export function accessOf(names: readonly string[], options: KubeconfigOptions): Map<string, SiteAccess | undefined> {
  const files = filesOf(options);
  const { context = {} } = options;
  const strangers = [...new Set([...Object.keys(files), ...Object.keys(context)])].filter(
    (one) => !names.includes(one),
  );
  if (strangers.length > 0) {
    throw new UserError(
      `Kubeconfigs are given for ${strangers.join(", ")}: there is no such site; the sites are ${names.join(", ")}.`,
    );
  }
  return new Map(names.map((name) => [name, one(own(files, name), own(context, name))]));
}

function one(file: string | undefined, context: string | undefined): SiteAccess | undefined {
  if (file === undefined && context === undefined) return undefined;
  return { ...(file !== undefined && { file }), ...(context !== undefined && { context }) };
}

function own(all: Record<string, string>, name: string): string | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

function filesOf({ kubeconfig, kubeconfigs }: KubeconfigOptions): Record<string, string> {
  if (kubeconfigs === undefined) return kubeconfig;
  if (!existsSync(kubeconfigs)) throw new UserError(`--kubeconfigs ${kubeconfigs}: there is no such folder.`);
  const found = readdirSync(kubeconfigs)
    .filter((name) => ["", ".yaml", ".yml", ".kubeconfig"].includes(extname(name)) && !name.startsWith("."))
    .map((name) => [name.slice(0, name.length - extname(name).length), join(kubeconfigs, name)] as const);
  return { ...Object.fromEntries(found), ...kubeconfig };
}
