import { RoleAssignment } from "@pulumi/azure-native/authorization";
import { Zone } from "@pulumi/azure-native/dns";
import { FederatedIdentityCredential, UserAssignedIdentity } from "@pulumi/azure-native/managedidentity";
import type * as pulumi from "@pulumi/pulumi";
import { AUDIENCES, CERT_MANAGER_ACCOUNT, subjectOf } from "../../plan/gateway/acmeIdentity";
import type { TrafficManagerSpec } from "../../plan/routing/spec";
import type { Asker, ChallengeZone, Solver } from "./challenges";

/** Azure's built-in role "DNS Zone Contributor" (built-in roles, networking): here on a zone that holds answers alone. */
const ZONE_CONTRIBUTOR = "befefa01-2a29-4197-83a8-272ff33ce314";

/** Where the zones of a fleet are in Azure. */
interface Place {
  readonly spec: TrafficManagerSpec;
  readonly group: pulumi.Input<string>;
  readonly location: string;
}

/** A zone for the answers, and for each site an identity that its pods take by their own tokens. */
export function azureChallenges(
  name: string,
  place: Place,
  askers: readonly Asker[],
  cloud: pulumi.CustomResourceOptions,
): ChallengeZone {
  const zone = new Zone(
    "acme",
    { resourceGroupName: place.group, zoneName: name, location: "global", zoneType: "Public" },
    cloud,
  );
  const solvers = askers.map((asker) => [asker.site, solver(asker, place, zone, cloud)] as const);
  return { nameServers: zone.nameServers, solvers: Object.fromEntries(solvers) };
}

function solver(
  asker: Asker,
  { spec, group, location }: Place,
  zone: Zone,
  cloud: pulumi.CustomResourceOptions,
): Solver {
  const key = `${asker.site}-acme`;
  const { subscription, tenant } = spec;
  const identity = new UserAssignedIdentity(key, { resourceGroupName: group, location }, cloud);
  const taken = new FederatedIdentityCredential(
    key,
    {
      ...{ resourceGroupName: group, resourceName: identity.name, audiences: [AUDIENCES.trafficManager] },
      ...{ issuer: asker.tokenIssuer, subject: subjectOf(CERT_MANAGER_ACCOUNT.name) },
    },
    cloud,
  );
  const allowed = new RoleAssignment(
    key,
    {
      ...{ principalId: identity.principalId, principalType: "ServicePrincipal", scope: zone.id },
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${ZONE_CONTRIBUTOR}`,
    },
    cloud,
  );
  const where = { subscriptionID: subscription, resourceGroupName: group, hostedZoneName: zone.name };
  const managedIdentity = { clientID: identity.clientId, tenantID: tenant };
  return {
    dns01: { azureDNS: { ...where, environment: "AzurePublicCloud", managedIdentity } },
    ready: [taken, allowed],
  };
}
