import { Key, Vault } from "@pulumi/azure-native/keyvault";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { logicalName } from "../../plan/names";
import { type SiteContext, specOf } from "../cluster";
import type { Group } from "./group";
import { grant } from "./identity";

/** The key of the site's secrets, and the grant without which the control plane cannot use it. */
export interface SecretsKey {
  readonly keyId: pulumi.Output<string>;
  readonly grant: pulumi.Resource;
}

/** A vault and a key of the site's own. A vault with purge protection outlives every mistake for ninety days. */
export function secretsKey(context: SiteContext, group: Group, identity: UserAssignedIdentity): SecretsKey {
  const { site, cloud } = context;
  const { tenant } = specOf(site, "aks");
  const protectedOptions = pulumi.mergeOptions(cloud, { protect: true });
  const vault = new Vault(
    logicalName("azureKeyVault", site.name),
    {
      resourceGroupName: group.name,
      location: site.region,
      properties: {
        tenantId: tenant,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
      },
      tags: { ...site.tags },
    },
    protectedOptions,
  );
  const key = new Key(
    `${site.name}-secrets`,
    {
      resourceGroupName: group.name,
      vaultName: vault.name,
      properties: { kty: "RSA", keySize: 3072, keyOps: ["encrypt", "decrypt", "wrapKey", "unwrapKey"] },
      tags: { ...site.tags },
    },
    protectedOptions,
  );
  return {
    keyId: key.keyUriWithVersion,
    grant: grant(context, "secrets", identity, "Key Vault Crypto User", vault.id),
  };
}
