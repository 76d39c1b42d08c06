/** The fleet's trust as data: every certificate, who signs it, how long it lives, and where it goes. */
export { MOST_LEAF_DAYS, weeksOf } from "./lifetimes";
export { BUNDLE_LABEL, BUNDLE_SOURCE, CILIUM_BUNDLE, LEAF_SECRETS, SIGNER_SECRETS } from "./objects";
export type * from "./plan";
export type * from "./spec";
export { FIRST_ROTATION, type TrustedSite, trustPlan } from "./trustPlan";
