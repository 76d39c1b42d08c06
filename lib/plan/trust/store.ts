import type { SecretStoreSpec, TrustSpec } from "./spec";

/** One site's entry in the store. */
export interface StoreEntry {
  readonly site: string;
  /** Its name, by the rules of the store's cloud. */
  readonly name: string;
  /** Who may read it, and nobody else's; undefined for nobody, once the site is expelled. */
  readonly reader: string | undefined;
}

/** A store outside all sites, with one entry for each. */
export interface StorePlan extends Omit<SecretStoreSpec, "readers"> {
  readonly entries: readonly StoreEntry[];
}

/** What a store says of its entries, by its kind. */
interface StoreFacts {
  /** What an entry may hold. Sources: quotas of the services, read in 2026-11. */
  readonly mostBytes: number;
  readonly entryName: (trustDomain: string, site: string) => string;
}

const dashed = (trustDomain: string, site: string) => `multisite-${trustDomain.replace(/[^a-z0-9]+/g, "-")}-${site}`;

export const STORES: Readonly<Record<SecretStoreSpec["kind"], StoreFacts>> = {
  // Never ending with a hyphen and six characters: a reader that knows the name only would find none (API reference).
  awsSecretsManager: { mostBytes: 65_536, entryName: (domain, site) => `multisite/${domain}/${site}/trust` },
  googleSecretManager: { mostBytes: 65_536, entryName: dashed },
  azureKeyVault: { mostBytes: 25_600, entryName: dashed },
};

/**
 * The store of a spec; undefined where material goes by stack reference. A site that is expelled keeps its entry: clouds hold
 * the name of a deleted one for weeks, in which a site that is taken back could not be given its own.
 */
export function storePlan(
  { trustDomain, delivery }: Pick<TrustSpec, "trustDomain" | "delivery">,
  sites: readonly string[],
  expelled: ReadonlySet<string>,
): StorePlan | undefined {
  if (delivery?.by !== "secretStore" || delivery.store === undefined) return undefined;
  const { readers, ...store } = delivery.store;
  const { entryName } = STORES[store.kind];
  return {
    ...store,
    entries: sites.map((site) => ({
      ...{ site, name: entryName(trustDomain, site) },
      reader: expelled.has(site) ? undefined : readers[site]!,
    })),
  };
}
