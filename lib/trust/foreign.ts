import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { LateError } from "../lateError";
import { issuedProblems, withoutRoot } from "../plan/trust/issued";
import type { CertificatePlan } from "../plan/trust/plan";
import { checkedRoot } from "../plan/trust/supplied";
import { said } from "./said";

/**
 * What somebody else has signed, without the root, once it is what was asked for.
 * @param mayHaveEnded whether one that has ended is kept until another one comes back
 * @throws LateError, within the output, with everything that is wrong
 */
export function foreignChain(
  asked: CertificatePlan,
  chain: pulumi.Input<string>,
  root: pulumi.Input<string>,
  publicKey: pulumi.Input<string>,
  mayHaveEnded = false,
): pulumi.Output<string> {
  return pulumi.all([chain, root, publicKey]).apply(([pem, rootPem, key]) => {
    const authority = new X509Certificate(rootPem);
    const subject = { asked, chain: pem, root: authority, now: new Date(), publicKey: key, mayHaveEnded };
    const problems = issuedProblems(subject);
    if (problems.length === 0) return withoutRoot(pem);
    throw new LateError([`Certificate ${asked.name} cannot be used:`, ...problems].join("\n  "));
  });
}

/** The last certificate of a chain, if it is a root that may be trusted. @throws LateError with all that is wrong */
export function foreignRoot(generation: string, chain: readonly string[]): string {
  return said(() => checkedRoot(generation, chain.at(-1) ?? "", undefined, new Date()));
}
