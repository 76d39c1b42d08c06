import { UserError } from "../userError";
import { aksToken } from "./aks";
import { eksToken } from "./eks";
import type { ExecCredential } from "./execCredential";
import { gkeToken } from "./gke";
import { LOCAL_TOKENS, localToken } from "./local";
import { NODE_DEPS, type TokenDeps } from "./peers";

export type { ExecCredential } from "./execCredential";
export type { TokenDeps } from "./peers";

/** Options of `multisite token KIND`, as kubeconfigs give them. Which kind takes which is in `OPTIONS`. */
export interface TokenOptions {
  /** eks: name of the cluster. */
  readonly cluster?: string;
  /** eks: region of the cluster. */
  readonly region?: string;
  /** eks: role to assume. @default the runner's own credentials */
  readonly roleArn?: string;
  /** gke: project. @default that of the credentials */
  readonly project?: string;
  /** aks: Entra tenant. @default that of the credentials */
  readonly tenant?: string;
}

/** Kinds of clusters that there are tokens for. */
export const TOKEN_KINDS = ["eks", "gke", "aks"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** Options that a kind requires, and those that it takes beside them. */
const OPTIONS: Readonly<Record<TokenKind, { required: (keyof TokenOptions)[]; optional: (keyof TokenOptions)[] }>> = {
  eks: { required: ["cluster", "region"], optional: ["roleArn"] },
  gke: { required: [], optional: ["project"] },
  aks: { required: [], optional: ["tenant"] },
};

/**
 * A token for the API server of one cluster, from the credentials of whoever runs this: what the kubeconfigs of the
 * fleet run in place of a cloud's CLI.
 * @param kind one of `TOKEN_KINDS`.
 * @throws UserError for an unknown kind, options that are missing or of another kind, packages that are not installed,
 *   and credentials that are not found. No message contains a credential.
 */
export async function token(kind: string, options: TokenOptions, deps: TokenDeps = NODE_DEPS): Promise<ExecCredential> {
  if (!isKind(kind)) throw new UserError(`multisite token knows ${TOKEN_KINDS.join(", ")}, not "${kind}"`);
  refuseWrongOptions(kind, options);
  const local = process.env[LOCAL_TOKENS];
  if (local !== undefined) return localToken(local, kind, options, deps.now());
  if (kind === "gke") return gkeToken(options, deps);
  if (kind === "aks") return aksToken(options, deps);
  const { cluster = "", region = "", roleArn } = options;
  return eksToken({ cluster, region, ...(roleArn && { roleArn }) }, deps);
}

function isKind(kind: string): kind is TokenKind {
  return (TOKEN_KINDS as readonly string[]).includes(kind);
}

function refuseWrongOptions(kind: TokenKind, options: TokenOptions): void {
  const { required, optional } = OPTIONS[kind];
  const given = (Object.keys(options) as (keyof TokenOptions)[]).filter((name) => options[name] !== undefined);
  const missing = required.filter((name) => !options[name]);
  const other = given.filter((name) => !required.includes(name) && !optional.includes(name));
  const problems = [
    ...missing.map((name) => `needs ${flag(name)}`),
    ...other.map((name) => `takes no ${flag(name)} (it takes ${[...required, ...optional].map(flag).join(", ")})`),
  ];
  if (problems.length > 0) throw new UserError(`multisite token ${kind} ${problems.join(", and ")}`);
}

/** `--role-arn` of `roleArn`. */
function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
