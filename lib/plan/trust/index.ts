/** The fleet's trust as data: every certificate, who signs it, how long it lives, and where it goes. */
export { BundleError, bundleHash, bundleProblems, certificatesOf, fingerprintOf, isSelfSigned } from "./bundle";
export { type IssuedSubject, issuedProblems } from "./issued";
export { CHAINS, KEEPERS, type KeeperFacts, keeperNotes, type Price } from "./keepers";
export { MOST_LEAF_DAYS, weeksOf } from "./lifetimes";
export { BUNDLE_LABEL, BUNDLE_SOURCE, CILIUM_BUNDLE, LEAF_SECRETS, LINKERD_ROOTS, SIGNER_SECRETS } from "./objects";
export { type OfflineMaterial, offlineProblems, type SigningTask, signingTask } from "./offline";
export type * from "./plan";
export type * from "./spec";
export { STORES, type StoreEntry, type StorePlan } from "./store";
export {
  entryKeyPolicy,
  entryPolicy,
  type PolicyDocument,
  type PolicyStatement,
  stateKeyPolicy,
} from "./storePolicies";
export { authorityProblems, SuppliedRootError, suppliedRootProblems } from "./supplied";
export { FIRST_ROTATION, type TrustedSite, trustPlan } from "./trustPlan";
