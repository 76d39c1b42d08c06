import type { TrustRotation } from "../trustPhases/rotation";

/** One trust for all sites: whose roots, where their keys are, what sites sign with, and how material reaches a site. */
export interface TrustSpec {
  /** SPIFFE trust domain of every workload of the fleet, such as "shop.example.com". Never changed: identities carry it. */
  trustDomain: string;

  /**
   * Which roots there are and who is issued from which: the content of the file that `multisite trust rotate` rewrites.
   * @default one active root, "g1"
   */
  rotation?: RotationSpec;

  /** Where the key of a root is, by the name of its generation. @default in the state of the trust stack, for each */
  roots?: { [generation: string]: RootSpec };

  /** How material reaches a site whose stack is not the trust's. @default { by: "stackReference" } */
  delivery?: DeliverySpec;

  /** What signs for itself in every site, and gets an intermediate for it. @default [] */
  signers?: SignerKind[];

  /** Whether sites run Hubble, which needs certificates of its own. @default true */
  hubble?: boolean;

  lifetimes?: LifetimeSpec;
}

/** {@link TrustRotation}, as plain data of a spec. */
export type RotationSpec = Plain<TrustRotation>;

type Plain<T> = T extends readonly (infer E)[]
  ? Plain<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Plain<T[K]> }
    : T;

/** Consumers that sign certificates within a site. */
export type SignerKind = "certManager" | "istio" | "linkerd";

/**
 * Where a root's key is. `state`: in the trust stack's state, encrypted. `supplied`: given by the team as a secret, and so
 * in the state too. `offline`: nowhere near; a request goes out, a certificate comes in. `awsPrivateCa`, `googleCas`: in
 * the cloud's own hardware, which signs.
 */
export type RootKeeper = "state" | "supplied" | "offline" | "awsPrivateCa" | "googleCas";

export interface RootSpec {
  keeper: RootKeeper;
  /** ARN of an authority in AWS Private CA that exists, with `awsPrivateCa`. @default one is made in `account` and `region` */
  authorityArn?: string;
  /** Account in which an authority is made, with `awsPrivateCa` and no `authorityArn`. */
  account?: string;
  /** Region in which an authority is made, no site's; with `awsPrivateCa` and no `authorityArn`. */
  region?: string;
  /** Full name of the pool, `projects/P/locations/L/caPools/C`, with `googleCas`; its location is no site's. */
  caPool?: string;
  /** Id of the authority in a pool that exists, with `googleCas`. @default pool and authority are made */
  authority?: string;
}

/**
 * How material reaches a site. `stackReference`: the site's stack reads the trust stack's outputs, and so can decrypt what
 * is exported for every site; no key of a CA is. `secretStore`: one secret per site, which only that site's identity reads.
 */
export interface DeliverySpec {
  by: "stackReference" | "secretStore";
  /** The store, with `secretStore`. */
  store?: SecretStoreSpec;
}

/** A store of secrets outside every site. */
export interface SecretStoreSpec {
  kind: "awsSecretsManager" | "googleSecretManager" | "azureKeyVault";
  /** Region of the store: no site's. */
  region: string;
  /** Account, project or subscription id that holds it. */
  owner: string;
  /** ARN of the role as which the trust stack runs, with `awsSecretsManager`: it and a site's reader decrypt an entry, nobody else. */
  writer?: string;
  /** Name of the vault, with `azureKeyVault`; the trust stack makes it. */
  vault?: string;
  /** Resource group of the vault, which exists, with `azureKeyVault`. */
  resourceGroup?: string;
  /** Directory (tenant) id of the vault's subscription, with `azureKeyVault`. */
  tenant?: string;
  /** Who may read a site's entry: role ARN, service account's e-mail or object id, by site. */
  readers: { [site: string]: string };
}

/** How long certificates live. Leaves of sites with higher numbers live longer, so that they end one after another. */
export interface LifetimeSpec {
  /** Days of the root, 365 to 7300. @default 3650 */
  rootDays?: number;
  /** Days of a site's intermediate at least, 30 to 1825. @default 365 */
  intermediateDays?: number;
  /** Days before its end from which an intermediate is renewed. @default 90 */
  intermediateRenewalDays?: number;
  /** Days of a leaf at least, 7 to 360. @default 90 */
  leafDays?: number;
  /** Days before its end from which a leaf is renewed. @default 30 */
  leafRenewalDays?: number;
  /**
   * Hours that a certificate lives which a site signs by itself and that lies in no Secret, 1 to 2160: what Istio, Linkerd or a
   * CSI driver in the sites is set to. A root is not withdrawn before they have run out. @default 24, as Istio and Linkerd
   */
  workloadHours?: number;
}
