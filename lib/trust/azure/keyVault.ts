import { RoleAssignment } from "@pulumi/azure-native/authorization";
import { Secret, Vault } from "@pulumi/azure-native/keyvault";
import { Provider } from "@pulumi/azure-native/provider";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { StoreEntry, StorePlan } from "../../plan/trust/store";
import type { StoreWriter } from "../store";

/** What cannot be written as plain data. */
export interface KeyVaultOptions {
  /** A provider for the subscription of the vault. @default one made for it */
  readonly provider?: Provider;
}

/** Azure's built-in role that reads the text of secrets (https://learn.microsoft.com/azure/key-vault/general/rbac-guide). */
const SECRETS_USER = "4633458b-17de-408a-875b-0445c86b69e6";

/**
 * Entries in a key vault that is made, and that knows roles only: no access policy of a vault could give its reader one
 * secret and not the others. What is deleted in it can be recovered for 90 days, and purged by nobody.
 *
 * `@pulumi/azure-native` never answers with a secret's text, so a site's stack reads it by other means: see docs/trust.md.
 */
export function azureKeyVault({ provider }: KeyVaultOptions = {}): StoreWriter {
  return {
    kind: "azureKeyVault",
    open: (store, options) => {
      const used = provider ?? storeProvider(store, options);
      const within = pulumi.mergeOptions(options, { provider: used });
      const vault = makeVault(store, within);
      return (entry, text) => writeEntry(store, vault, entry, text, within);
    },
  };
}

function storeProvider({ owner, region, tenant }: StorePlan, options: pulumi.CustomResourceOptions): Provider {
  return new Provider("trust-store", { subscriptionId: owner, tenantId: tenant!, location: region }, options);
}

/** The vault, in a group that exists: it is read, so that a run ends before anything is made where it does not. */
function makeVault(store: StorePlan, options: pulumi.CustomResourceOptions): Vault {
  const id = `/subscriptions/${store.owner}/resourceGroups/${store.resourceGroup}`;
  const group = ResourceGroup.get("trust-store", id, options);
  return new Vault(
    "trust-store",
    {
      ...{ vaultName: store.vault!, resourceGroupName: store.resourceGroup!, location: store.region },
      properties: {
        tenantId: store.tenant!,
        sku: { family: "A", name: "premium" },
        ...{ enableRbacAuthorization: true, enablePurgeProtection: true, softDeleteRetentionInDays: 90 },
      },
    },
    pulumi.mergeOptions(options, { protect: true, dependsOn: group }),
  );
}

function writeEntry(
  { owner, resourceGroup }: StorePlan,
  vault: Vault,
  { site, name: secretName, reader }: StoreEntry,
  value: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): void {
  const name = `${site}-trust`;
  const secret = new Secret(
    name,
    {
      ...{ resourceGroupName: resourceGroup!, vaultName: vault.name, secretName },
      properties: { value, contentType: "application/json" },
    },
    pulumi.mergeOptions(options, { protect: true }),
  );
  if (reader === undefined) return;
  new RoleAssignment(
    name,
    {
      ...{ principalId: reader, principalType: "ServicePrincipal", scope: secret.id },
      roleDefinitionId: `/subscriptions/${owner}/providers/Microsoft.Authorization/roleDefinitions/${SECRETS_USER}`,
    },
    options,
  );
}
