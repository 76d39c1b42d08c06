import { RoleAssignment } from "@pulumi/azure-native/authorization";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import type * as pulumi from "@pulumi/pulumi";
import { type SiteContext, specOf } from "../cluster";
import type { Group } from "./group";

/** Azure's built-in roles by id (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles, 2026-11). */
const ROLES = {
  "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
} as const;

/** The identity as which the control plane acts: a system-assigned one would not exist before the cluster. */
export function clusterIdentity({ site, cloud }: SiteContext, group: Group): UserAssignedIdentity {
  return new UserAssignedIdentity(
    site.name,
    { resourceGroupName: group.name, location: site.region, tags: { ...site.tags } },
    cloud,
  );
}

/** Gives the identity one role on one thing. */
export function grant(
  { site, cloud }: SiteContext,
  word: string,
  identity: UserAssignedIdentity,
  role: keyof typeof ROLES,
  scope: pulumi.Input<string>,
): RoleAssignment {
  const { subscription } = specOf(site, "aks");
  return new RoleAssignment(
    `${site.name}-${word}`,
    {
      principalId: identity.principalId,
      // Without it Azure looks the identity up, and does not find one that is seconds old.
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`,
      scope,
    },
    cloud,
  );
}
