import { readFileSync } from "node:fs";
import { UserError } from "../userError";
import { type ExecCredential, execCredential } from "./execCredential";
import type { TokenKind, TokenOptions } from "./index";

/** Names the file of tokens for the sites on this machine, while there are some. No cloud is asked then. */
export const LOCAL_TOKENS = "MULTISITE_LOCAL_TOKENS";

/**
 * What a token is for, as far as a kubeconfig says: one cluster on EKS; on GKE and AKS whoever runs this is known to the
 * whole project or tenant.
 */
export function audienceOf(kind: TokenKind, { cluster, region, project, tenant }: TokenOptions): string {
  const parts: Readonly<Record<TokenKind, readonly (string | undefined)[]>> = {
    eks: [region, cluster],
    gke: [project],
    aks: [tenant],
  };
  return [kind, ...parts[kind]].join(" ");
}

/**
 * The token of a site on this machine.
 * @param file JSON, tokens by {@link audienceOf}.
 * @throws UserError when the file cannot be read, or has none for this audience: then the kubeconfig is of a cluster that
 *   is no part of what is rehearsed, and a cloud is not asked either.
 */
export function localToken(file: string, kind: TokenKind, options: TokenOptions, now: Date): ExecCredential {
  const audience = audienceOf(kind, options);
  const token = read(file)[audience];
  if (token === undefined) {
    throw new UserError(`multisite token: no site on this machine is "${audience}", and a rehearsal asks no cloud.`);
  }
  return execCredential(token, new Date(now.getTime() + 60 * 60 * 1000));
}

function read(file: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  } catch (error) {
    throw new UserError(`multisite token: ${LOCAL_TOKENS} names ${file}, which cannot be read: ${reason(error)}`);
  }
}

/** Never the parser's own words, which would quote the file. */
function reason(error: unknown): string {
  return error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
}
