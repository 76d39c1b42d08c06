import type { PolicyDocument, PolicyStatement } from "../../lib/plan/trust/storePolicies";

/** One question to AWS: may this role do this? */
export interface Access {
  readonly principal: string;
  readonly action: string;
  /** Account of the resource. */
  readonly account: string;
  /** Service by which it is asked, if any: `kms:ViaService`. */
  readonly via?: string;
}

/**
 * What AWS answers, denied by default: a statement that denies wins, then one that allows. The principal's own policies are
 * taken to allow everything, which count within the resource's account where its policy lets the account decide.
 * Source: IAM user guide, "Policy evaluation logic".
 */
export function isAllowed(access: Access, { Statement }: PolicyDocument): boolean {
  const matching = Statement.filter((statement) => applies(statement, access));
  if (matching.some(({ Effect }) => Effect === "Deny")) return false;
  return matching.some(({ Effect }) => Effect === "Allow");
}

function applies({ Principal, Action, Condition = {} }: PolicyStatement, access: Access): boolean {
  const isAction = Action.some((pattern) => like(pattern, access.action));
  return isAction && isPrincipal(Principal, access) && Object.entries(Condition).every((one) => holds(one, access));
}

function isPrincipal(principal: PolicyStatement["Principal"], access: Access): boolean {
  if (principal === "*") return true;
  const own = access.principal.split(":")[4];
  const isAccount = principal.AWS === `arn:aws:iam::${access.account}:root`;
  // The account as a principal hands the question to its own policies, of which the worst is assumed.
  return isAccount ? own === access.account : principal.AWS === access.principal;
}

function holds(
  [operator, wanted]: [string, { readonly [key: string]: string | readonly string[] }],
  access: Access,
): boolean {
  const context: { readonly [key: string]: string | undefined } = {
    "aws:PrincipalArn": access.principal,
    "kms:ViaService": access.via,
  };
  return Object.entries(wanted).every(([key, values]) => {
    if (!Object.hasOwn(context, key)) throw new Error(`nobody evaluates the condition key ${key}`);
    const is = [values].flat().some((value) => context[key] !== undefined && like(value, context[key]));
    if (operator === "ArnNotEquals") return !is;
    if (operator === "StringEquals") return is;
    throw new Error(`nobody evaluates the operator ${operator}`);
  });
}

function like(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${escaped}$`).test(value);
}
