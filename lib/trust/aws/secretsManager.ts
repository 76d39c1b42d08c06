import { Key } from "@pulumi/aws/kms/key";
import { Provider } from "@pulumi/aws/provider";
import { getSecretVersion } from "@pulumi/aws/secretsmanager/getSecretVersion";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretPolicy } from "@pulumi/aws/secretsmanager/secretPolicy";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import type { StoreEntry, StorePlan } from "../../plan/trust/store";
import { entryKeyPolicy, entryPolicy } from "../../plan/trust/storePolicies";
import type { TrustSource } from "../material";
import { readEntry, type StoreWriter, storedTrust } from "../store";

/** What cannot be written as plain data. */
export interface SecretsManagerOptions {
  /** A provider for the account and region of the store. @default one made for them */
  readonly provider?: Provider;
}

/**
 * Entries in AWS Secrets Manager, each under a key of its own. Secret and key refuse to give their text to anybody but the
 * trust stack's role and the site's reader, whatever else a principal is allowed: account administrators too.
 */
export function awsSecretsManager({ provider }: SecretsManagerOptions = {}): StoreWriter {
  return {
    kind: "awsSecretsManager",
    open: (store, options) => {
      const used = provider ?? storeProvider("trust-store", store, undefined, options);
      const within = pulumi.mergeOptions(options, { provider: used });
      return (entry, text) => writeEntry(store, entry, text, within);
    },
  };
}

/** Reads each site's entry as its reader. */
export function awsStoredTrust({ provider }: SecretsManagerOptions = {}): TrustSource {
  return storedTrust("awsSecretsManager", (store, entry, options) => {
    const { parent } = options;
    const used =
      provider ?? storeProvider(`${entry.site}-trust-store`, store, entry.reader, { ...(parent && { parent }) });
    const [, partition] = entry.reader.split(":");
    // Without its random end, which only the trust stack knows; a name alone does not lead into another account.
    const secretId = `arn:${partition}:secretsmanager:${store.region}:${store.owner}:secret:${entry.name}`;
    const read = getSecretVersion({ secretId }, { ...(parent && { parent }), provider: used });
    return readEntry(
      entry,
      read.then(({ secretString }) => secretString),
    );
  });
}

function storeProvider(
  name: string,
  { region, owner }: StorePlan,
  reader: string | undefined,
  options: pulumi.CustomResourceOptions,
): Provider {
  // The reader's role may be in the site's account, from which it reads the store's.
  const roles = reader === undefined ? { allowedAccountIds: [owner] } : { assumeRoles: [{ roleArn: reader }] };
  return new Provider(name, { region, ...roles }, options);
}

function writeEntry(
  store: StorePlan,
  entry: StoreEntry,
  secretString: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const name = `${entry.site}-trust`;
  const kept = pulumi.mergeOptions(options, { protect: true });
  const key = new Key(
    name,
    {
      description: `The trust of site ${entry.site}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify(entryKeyPolicy(entry, store)),
    },
    kept,
  );
  const secret = new Secret(name, { name: entry.name, kmsKeyId: key.arn, recoveryWindowInDays: 30 }, kept);
  const policy = JSON.stringify(entryPolicy(entry, store));
  const guarded = new SecretPolicy(name, { secretArn: secret.arn, policy, blockPublicPolicy: true }, options);
  // Nothing is in it before nobody else may read it.
  new SecretVersion(
    name,
    { secretId: secret.id, secretString },
    pulumi.mergeOptions(options, { dependsOn: [guarded] }),
  );
}
