import type { TrustSource } from "./material";
import type { SignerFactory } from "./signer";
import { Trust } from "./trust";

/**
 * Trust that is built in the program of its fleet: `new Fleet(name, { spec, kinds, trust: builtTrust() })`. The roots are
 * then in the state of the sites: whoever can decrypt that holds them, so a fleet in production has a trust stack.
 * @param signers of the roots that are not in the state, by generation
 */
export function builtTrust(signers: { readonly [generation: string]: SignerFactory } = {}): TrustSource {
  return (name, plan, options) => new Trust(name, { plan, signers }, options).sites;
}
