import type { TrustPlan } from "../plan/trust/plan";
import type { TrustSource } from "./material";
import type { SignerFactory } from "./rootSigner";
import { signerProblems } from "./signerProblems";
import { Trust } from "./trust";

/**
 * Trust that is built in the program of its fleet: `new Fleet(name, { spec, kinds, trust: builtTrust() })`. The roots are
 * then in the state of the sites: whoever can decrypt that holds them, so a fleet in production has a trust stack.
 * @param signers of the roots that are not in the state, by generation; none that waits for signatures by hand
 */
export function builtTrust(signers: { readonly [generation: string]: SignerFactory } = {}): TrustSource {
  const build: TrustSource = (name, plan, options) => new Trust(name, { plan, signers }, options).sites;
  const problems = (plan: TrustPlan) => [
    ...signerProblems(plan, signers),
    ...(plan.store === undefined
      ? []
      : ['is built in this program, and trust.delivery.by is "secretStore": give the trust a stack of its own.']),
    ...Object.entries(signers).flatMap(([generation, { mayWait }]) =>
      mayWait === true
        ? [
            `signers.${generation} waits for signatures by hand, which the sites cannot: give the trust a stack of its own.`,
          ]
        : [],
    ),
  ];
  return Object.assign(build, { problems });
}
