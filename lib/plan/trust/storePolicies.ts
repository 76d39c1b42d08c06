import type { StoreEntry, StorePlan } from "./store";

/** A policy of AWS, as plain data. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal: "*" | { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource: "*";
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: string | readonly string[] } };
}

/** Principals but these are refused, whatever their own policies allow them: an administrator's too. */
function denied(sid: string, actions: readonly string[], allowed: readonly string[]): PolicyStatement {
  return {
    ...{ Sid: sid, Effect: "Deny", Principal: "*", Action: actions, Resource: "*" },
    Condition: { ArnNotEquals: { "aws:PrincipalArn": allowed } },
  };
}

/** What of a secret only the trust stack may do, and the site's reader if it has one. */
export function entryPolicy({ reader }: StoreEntry, { writer }: StorePlan): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      ...(reader === undefined ? [] : [siteReads(reader)]),
      denied("NobodyElse", ["secretsmanager:GetSecretValue"], allowed(reader, writer!)),
    ],
  };
}

function siteReads(reader: string): PolicyStatement {
  return {
    ...{ Sid: "SiteReads", Effect: "Allow", Principal: { AWS: reader }, Resource: "*" },
    Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
  };
}

function allowed(reader: string | undefined, writer: string): string[] {
  return reader === undefined ? [writer] : [reader, writer];
}

/** Of the key that encrypts one entry: its account's administrators may manage it, and not decrypt by it. */
export function entryKeyPolicy({ reader }: StoreEntry, { owner, region, writer }: StorePlan): PolicyDocument {
  const partition = writer!.split(":")[1] ?? "aws";
  return {
    Version: "2012-10-17",
    Statement: [
      managed(owner, partition),
      ...(reader === undefined ? [] : [siteDecrypts(reader, region)]),
      denied("NobodyElse", ["kms:Decrypt"], allowed(reader, writer!)),
    ],
  };
}

function siteDecrypts(reader: string, region: string): PolicyStatement {
  return {
    ...{ Sid: "SiteDecrypts", Effect: "Allow", Principal: { AWS: reader }, Action: ["kms:Decrypt"], Resource: "*" },
    Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
  };
}

/**
 * Of the key that encrypts the trust stack's state (`awskms://`): nobody decrypts by it but the trust stack's own identity.
 * @param account that holds the key
 * @param writer role as which the trust stack runs
 */
export function stateKeyPolicy(account: string, writer: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      managed(account, writer.split(":")[1] ?? "aws"),
      denied("NobodyElse", ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:CreateGrant"], [writer]),
    ],
  };
}

/** Without it nobody could ever change the key's policy again, and KMS refuses to make such a key. */
function managed(account: string, partition: string): PolicyStatement {
  const root = { AWS: `arn:${partition}:iam::${account}:root` };
  return { Sid: "AccountManages", Effect: "Allow", Principal: root, Action: ["kms:*"], Resource: "*" };
}
