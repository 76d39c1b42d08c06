import type { FaultDomainLevel } from "../spec";
import type { TrustRotation } from "../trustPhases/rotation";
import type { DeliverySpec, RootKeeper, RootSpec, SignerKind } from "./spec";
import type { StorePlan } from "./store";

/** Uses of a certificate in the only spelling that the tls provider takes; its documentation shows another. */
export type CertificateUse =
  | "cert_signing"
  | "crl_signing"
  | "digital_signature"
  | "key_encipherment"
  | "server_auth"
  | "client_auth";

/** One certificate, as data. */
export interface CertificatePlan {
  /** Logical name, unique in the fleet: a new generation is a new resource, made before the old one goes. */
  readonly name: string;
  readonly role: CertificateRole;
  readonly generation: string;
  /** The site that it is for; undefined for a root. */
  readonly site: string | undefined;
  /** Logical name of what signs it; its own for a root. */
  readonly issuer: string;
  readonly curve: "P256" | "P384";
  readonly subject: {
    readonly commonName: string;
    readonly organization: string;
    readonly organizationalUnit?: string;
  };
  readonly uses: readonly CertificateUse[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly isCa: boolean;
  /** CAs that may follow below; undefined for no limit of its own. Never 0: the tls provider drops it. */
  readonly maxPathLength: number | undefined;
  readonly lifetimeHours: number;
  /** Hours before its end from which a run renews it; 0 for never. */
  readonly earlyRenewalHours: number;
}

/** What a certificate is for. */
export type CertificateRole = "root" | LeafRole | SignerKind;

/** Certificates that are signed centrally and sign nothing. */
export type LeafRole = "meshServer" | "meshAdmin" | "meshRemote" | "meshLocal" | "hubbleServer" | "hubbleRelay";

/** A root of the fleet. */
export interface RootPlan {
  readonly generation: string;
  readonly state: TrustRotation["generations"][number]["state"];
  readonly keeper: RootKeeper;
  readonly spec: RootSpec;
  readonly certificate: CertificatePlan;
}

/** A site's certificates of one generation. */
export interface IssuedSet {
  /** The generation that they come from. */
  readonly generation: string;
  readonly leaves: readonly CertificatePlan[];
  /** Intermediates of what signs in the site. */
  readonly intermediates: readonly CertificatePlan[];
}

/** What of the fleet's trust one site has; its certificates are those that it is to be given. */
export interface SiteTrustPlan extends IssuedSet {
  readonly site: string;
  /** Where the site is: what must outlive it may not be there. */
  readonly provider: string | undefined;
  readonly region: string | undefined;
  /** Generations whose roots it trusts: the only thing in its bundle. */
  readonly bundle: readonly string[];
  /**
   * The same certificates of other listed generations, where somebody signs by hand: of a next one they are asked for ahead, of
   * an older one they are what the site keeps until the new ones are there, and goes back to. Empty in all other fleets.
   */
  readonly others: readonly IssuedSet[];
  /** Hours for which a certificate lives that the site signs and no Secret shows; undefined where nothing of ours signs. */
  readonly unseenLeafHours: number | undefined;
  /** Objects in the site, for the record that `multisite trust status` reads. */
  readonly objects: {
    readonly bundles: readonly string[];
    readonly leaves: readonly string[];
    readonly consumers: readonly string[];
  };
}

/** Everything that follows from `spec.trust`. Made by `trustPlan`; components only translate it. */
export interface TrustPlan {
  readonly trustDomain: string;
  readonly rotation: TrustRotation;
  /** What is lost at once, and what the trust must outlive. */
  readonly faultDomain: FaultDomainLevel;
  readonly delivery: DeliverySpec;
  /** Where each site's material is written; undefined where it goes by stack reference. */
  readonly store: StorePlan | undefined;
  readonly roots: readonly RootPlan[];
  /** By the sites' numbers, without those that are expelled. */
  readonly sites: readonly SiteTrustPlan[];
}
