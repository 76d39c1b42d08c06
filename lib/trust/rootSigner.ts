import type * as pulumi from "@pulumi/pulumi";
import type { SigningTask } from "../plan/trust/offline";
import type { CertificatePlan, RootPlan } from "../plan/trust/plan";
import type { RootUse } from "../plan/trust/rootUse";

/** What a signer is given to sign. */
export interface SigningRequest {
  /** The request in PEM. It says subject and names; uses and lifetime stand in the plan. */
  readonly pem: pulumi.Output<string>;
  /** The public half of its key in PEM. */
  readonly publicKeyPem: pulumi.Output<string>;
  /**
   * What is made anew when the certificate is due, for signers whose resources do not renew themselves; undefined for the
   * others.
   */
  readonly clock?: RenewalClock;
}

/** A resource that is replaced when a certificate is due. */
export interface RenewalClock {
  readonly resource: pulumi.Resource;
  /** Another text in every term. */
  readonly startedAt: pulumi.Output<string>;
}

/** A certificate that somebody has to sign by hand. */
export interface Waiting {
  readonly waiting: SigningTask;
  /** The one that was signed before and is due or has ended, in PEM; undefined where there was none. */
  readonly certificate: pulumi.Output<string> | undefined;
}

/** Whoever signs for a generation: a root in the state, one that a team brings, or a service that holds it. */
export interface RootSigner {
  /** The root's certificate in PEM: what bundles hold. */
  readonly root: pulumi.Output<string>;
  /** Whether what it makes is renewed by a clock. @default false: it renews itself, or somebody else does */
  readonly needsClock?: boolean;
  /** Whether what comes back is held against what was asked: it was made elsewhere. @default false */
  readonly isForeign?: boolean;
  /** Whether nobody has signed a certificate yet, of a signer who signs by hand. @default nobody does */
  readonly lacks?: (certificate: CertificatePlan) => boolean;
  /**
   * Signs a request.
   * @returns the certificate in PEM, and after it the intermediates that must be sent along; the root may follow
   */
  sign(
    certificate: CertificatePlan,
    request: SigningRequest,
    options: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> | Waiting;
}

/** Makes the signer of a generation. */
export interface SignerFactory {
  (root: RootPlan, options: pulumi.CustomResourceOptions, use: RootUse): RootSigner;
  /**
   * Everything that is wrong with what it was given, before anything is made.
   * @param asked the certificates that are to come from it
   * @param use what it is to sign, now or once it is the active root
   */
  readonly problems?: (generation: string, asked: readonly CertificatePlan[], use: RootUse) => string[];
  /** What is to be known of what it was given, though it holds nothing up. */
  readonly warnings?: (generation: string, asked: readonly CertificatePlan[]) => string[];
  /** Whether certificates may be missing for a while, which a program with the sites in it could not wait for. */
  readonly mayWait?: boolean;
}
