/** `pulumi-multisite/trust`: what needs `@pulumi/tls`, and what makes a fleet's trust. */
export { builtTrust } from "./trust/built";
export { type RootSigner, type SignerFactory, type SuppliedRoot, suppliedSigner } from "./trust/signer";
export { Trust, type TrustArgs } from "./trust/trust";
