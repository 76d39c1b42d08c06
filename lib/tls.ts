/** `pulumi-multisite/trust`: what needs `@pulumi/tls`, and what makes a fleet's trust. */
export { builtTrust } from "./trust/built";
export { offlineSigner } from "./trust/offline";
export type { RenewalClock, RootSigner, SignerFactory, SigningRequest, Waiting } from "./trust/rootSigner";
export { type SuppliedRoot, suppliedSigner } from "./trust/signer";
export type { StoreWriter } from "./trust/store";
export { type SigningRequestOut, Trust, type TrustArgs } from "./trust/trust";
