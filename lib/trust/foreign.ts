import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { issuedProblems, withoutRoot } from "../plan/trust/issued";
import type { CertificatePlan } from "../plan/trust/plan";
import { checkedRoot, SuppliedRootError } from "../plan/trust/supplied";

/**
 * What somebody else has signed, without the root, once it is what was asked for.
 * @throws pulumi.RunError, within the output, with everything that is wrong
 */
export function foreignChain(
  asked: CertificatePlan,
  chain: pulumi.Input<string>,
  root: pulumi.Input<string>,
  publicKey: pulumi.Input<string>,
): pulumi.Output<string> {
  return pulumi.all([chain, root, publicKey]).apply(([pem, rootPem, key]) => {
    const authority = new X509Certificate(rootPem);
    const problems = issuedProblems({ asked, chain: pem, root: authority, now: new Date(), publicKey: key });
    if (problems.length === 0) return withoutRoot(pem);
    throw new pulumi.RunError([`Certificate ${asked.name} cannot be used:`, ...problems].join("\n  "));
  });
}

/** The last certificate of a chain, if it is a root that may be trusted. @throws pulumi.RunError with all that is wrong */
export function foreignRoot(generation: string, chain: readonly string[]): string {
  try {
    return checkedRoot(generation, chain.at(-1) ?? "", undefined, new Date());
  } catch (error) {
    throw error instanceof SuppliedRootError ? new pulumi.RunError(error.message) : error;
  }
}
