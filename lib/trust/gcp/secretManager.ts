import { Provider } from "@pulumi/gcp/provider";
import { getSecretVersion } from "@pulumi/gcp/secretmanager/getSecretVersion";
import { Secret } from "@pulumi/gcp/secretmanager/secret";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import type { StoreEntry, StorePlan } from "../../plan/trust/store";
import type { TrustSource } from "../material";
import { readEntry, type StoreWriter, storedTrust } from "../store";

/** What cannot be written as plain data. */
export interface SecretManagerOptions {
  /** A provider for the project of the store. @default one made for it */
  readonly provider?: Provider;
}

/** Entries in Google Secret Manager, kept in the store's region alone. A site's service account may read its own. */
export function googleSecretManager({ provider }: SecretManagerOptions = {}): StoreWriter {
  return {
    kind: "googleSecretManager",
    open: (store, options) => {
      const used = provider ?? storeProvider("trust-store", store, options);
      const within = pulumi.mergeOptions(options, { provider: used });
      return (entry, text) => writeEntry(store, entry, text, within);
    },
  };
}

/** Reads each site's entry, as whoever runs the site's stack; by default as the site's reader, whom it impersonates. */
export function googleStoredTrust({ provider }: SecretManagerOptions = {}): TrustSource {
  return storedTrust("googleSecretManager", (store, entry, options) => {
    const { parent } = options;
    const within = { ...(parent && { parent }) };
    const used = provider ?? storeProvider(`${entry.site}-trust-store`, store, within, entry.reader);
    const read = getSecretVersion({ secret: entry.name, project: store.owner }, { ...within, provider: used });
    return readEntry(
      entry,
      read.then(({ secretData }) => secretData),
    );
  });
}

function storeProvider(
  name: string,
  { owner, region }: StorePlan,
  options: pulumi.CustomResourceOptions,
  reader?: string,
): Provider {
  const as = reader === undefined ? {} : { impersonateServiceAccount: reader };
  return new Provider(name, { project: owner, region, ...as }, options);
}

function writeEntry(
  { region }: StorePlan,
  { site, name: secretId, reader }: StoreEntry,
  secretData: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const name = `${site}-trust`;
  const secret = new Secret(
    name,
    {
      secretId,
      replication: { userManaged: { replicas: [{ location: region }] } },
      labels: { "multisite-site": site },
    },
    pulumi.mergeOptions(options, { protect: true }),
  );
  new SecretVersion(name, { secret: secret.id, secretData }, options);
  if (reader === undefined) return;
  const role = "roles/secretmanager.secretAccessor";
  new SecretIamMember(name, { secretId: secret.id, role, member: `serviceAccount:${reader}` }, options);
}
