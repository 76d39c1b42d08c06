import { Key, Vault } from "@pulumi/azure-native/keyvault";
import type { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import { logicalName } from "../../plan/names";
import type { SitePlan } from "../../plan/plan";
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
    vaultName(site),
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
      tags: keyTags(site),
    },
    protectedOptions,
  );
  return {
    keyId: key.keyUriWithVersion,
    grant: grant(context, "secrets", identity, "Key Vault Crypto User", vault.id),
  };
}

/** Names of vaults take no two hyphens in a row, those of sites do. The number keeps them apart all the same. */
function vaultName(site: SitePlan): string {
  return logicalName("azureKeyVault", site.name.replace(/-+/g, "-"), String(site.number));
}

/** Azure's limit for keys in a vault: https://learn.microsoft.com/azure/key-vault/keys/about-keys-details#key-tags */
const MOST_KEY_TAGS = 15;

/** The library's own tags, and as many others as fit. */
function keyTags(site: SitePlan): Record<string, string> {
  const own = (name: string) => Number(name.startsWith("multisite-"));
  const tags = Object.entries(site.tags).sort(([a], [b]) => own(b) - own(a));
  return Object.fromEntries(tags.slice(0, MOST_KEY_TAGS));
}
