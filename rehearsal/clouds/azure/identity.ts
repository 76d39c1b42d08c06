import type { Model } from "../model";
import { between, matches, oneOf, region } from "../rules";
import { guid } from "../sdk/madeUp";
import { at, text } from "../wire";
import {
  AKS_CLUSTER,
  GROUP,
  IDENTITY,
  inGroup,
  inside,
  NAT_GATEWAY,
  PUBLIC_IP,
  pathId,
  SUBNET,
  VAULT,
  VAULT_KEY,
  VAULT_SECRET,
  VNET,
  WORKSPACE,
} from "./names";
import { notRecoverable } from "./softDelete";

const GUID = matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "a GUID");
const location = region("azure");
const SCOPES = [
  AKS_CLUSTER,
  GROUP,
  VNET,
  SUBNET,
  VAULT,
  VAULT_KEY,
  VAULT_SECRET,
  IDENTITY,
  WORKSPACE,
  PUBLIC_IP,
  NAT_GATEWAY,
];
/** Things of which the rehearsal knows nothing may be a scope: a subscription, a management group, another type. */
const OTHER_SCOPE =
  /^\/?(subscriptions\/[^/]+\/?$|providers\/)|\/providers\/(?!microsoft\.(containerservice\/managedclusters|network\/virtualnetworks|keyvault\/vaults)(\/|$))/i;

/** A pool that came with its cluster is no thing of its own. Nothing goes while anything below it is locked, so it holds the cluster. */
const ownerOfPool = (scope: string): string => scope.replace(/(\/managedClusters\/[^/]+)\/agentPools\/[^/]+$/i, "$1");

/** Identities, grants, vaults and logs. Source: the REST APIs of each service. */
export const identityModels: { readonly [type: string]: Model } = {
  [IDENTITY]: {
    id: pathId("Microsoft.ManagedIdentity", "userAssignedIdentities", "resourceName"),
    name: {
      property: "resourceName",
      rule: matches(/^[A-Za-z0-9][\w-]{2,127}$/, "3 to 128 letters, digits, _ and -"),
      maxLength: 128,
    },
    unique: [],
    values: { location },
    refers: inGroup,
    outputs: (it) => ({
      clientId: guid(it.id, "client"),
      principalId: guid(it.id, "principal"),
      tenantId: it.account.facts.tenant,
      type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    }),
  },
  "azure-native:managedidentity:FederatedIdentityCredential": {
    id: pathId(
      "Microsoft.ManagedIdentity",
      "userAssignedIdentities",
      "resourceName",
      "federatedIdentityCredentials",
      "federatedIdentityCredentialResourceName",
    ),
    name: {
      property: "federatedIdentityCredentialResourceName",
      rule: matches(/^[A-Za-z0-9][\w-]{2,119}$/, "3 to 120 letters, digits, _ and -"),
      maxLength: 120,
    },
    unique: [["resourceName", "issuer", "subject"]],
    values: {
      issuer: matches(/^https:\/\//, "an https URL"),
      subject: matches(/\S/, 'such as "system:serviceaccount:<namespace>:<name>"'),
    },
    rules: [
      ({ inputs }) => {
        const audiences = at(inputs, "audiences");
        return Array.isArray(audiences) && audiences.length !== 1
          ? {
              property: "audiences",
              reason: `must have exactly one value, such as "api://AzureADTokenExchange"; got ${audiences.length}`,
            }
          : undefined;
      },
    ],
    refers: { ...inGroup, ...inside("resourceName", IDENTITY, "Microsoft.ManagedIdentity", "userAssignedIdentities") },
  },
  "azure-native:authorization:RoleAssignment": {
    id: ({ inputs }) =>
      `${text(inputs, "scope")}/providers/Microsoft.Authorization/roleAssignments/${text(inputs, "roleAssignmentName")}`,
    name: { property: "roleAssignmentName", rule: GUID },
    unique: [["scope", "principalId", "roleDefinitionId"]],
    immutable: ["*"],
    values: {
      principalId: GUID,
      principalType: oneOf("User", "Group", "ServicePrincipal", "ForeignGroup", "Device"),
      roleDefinitionId: matches(
        /\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
        "the id of a role definition, which ends with /providers/Microsoft.Authorization/roleDefinitions/<GUID>",
      ),
    },
    refers: { scope: { to: SCOPES, unless: OTHER_SCOPE } },
    outputs: () => ({ type: "Microsoft.Authorization/roleAssignments" }),
  },
  "azure-native:authorization:ManagementLockByScope": {
    id: ({ inputs }) => `${text(inputs, "scope")}/providers/Microsoft.Authorization/locks/${text(inputs, "lockName")}`,
    name: { property: "lockName", maxLength: 260 },
    unique: [],
    values: { level: oneOf("CanNotDelete", "ReadOnly", "NotSpecified") },
    refers: { scope: { to: SCOPES, unless: OTHER_SCOPE, holds: true, handle: ownerOfPool } },
  },
  [VAULT]: {
    id: pathId("Microsoft.KeyVault", "vaults", "vaultName"),
    name: {
      property: "vaultName",
      rule: matches(
        /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
        "3 to 24 letters, digits and single hyphens that begin with a letter and do not end with a hyphen",
      ),
      maxLength: 24,
    },
    // The name is part of a DNS name: unique in all of Azure.
    unique: [["vaultName"]],
    values: {
      location,
      "properties.tenantId": GUID,
      "properties.sku.family": oneOf("A"),
      "properties.softDeleteRetentionInDays": between(7, 90, "days"),
    },
    frozen: { "properties.softDeleteRetentionInDays": "it is fixed when the vault is made; make another vault" },
    rules: [
      ({ inputs }) =>
        at(inputs, "properties.enablePurgeProtection") === false
          ? { property: "properties.enablePurgeProtection", reason: "must be true or absent: it cannot be turned off" }
          : undefined,
    ],
    refers: inGroup,
    world: [notRecoverable("vaultName", "a vault")],
    outputs: (it) => ({
      properties: {
        vaultUri: `https://${text(it.inputs, "vaultName")}.vault.azure.net/`,
        provisioningState: "Succeeded",
        hsmPoolResourceId: "",
      },
      type: "Microsoft.KeyVault/vaults",
    }),
  },
  [VAULT_KEY]: {
    id: pathId("Microsoft.KeyVault", "vaults", "vaultName", "keys", "keyName"),
    name: {
      property: "keyName",
      rule: matches(/^[A-Za-z0-9-]{1,127}$/, "1 to 127 letters, digits and hyphens"),
      maxLength: 127,
    },
    unique: [],
    immutable: ["properties"],
    values: {
      "properties.kty": oneOf("EC", "EC-HSM", "RSA", "RSA-HSM"),
      "properties.keySize": oneOf(2048, 3072, 4096),
      "properties.curveName": oneOf("P-256", "P-384", "P-521", "P-256K"),
    },
    refers: { ...inGroup, ...inside("vaultName", VAULT, "Microsoft.KeyVault", "vaults") },
    outputs: (it) => {
      const keyUri = `https://${text(it.inputs, "vaultName")}.vault.azure.net/keys/${text(it.inputs, "keyName")}`;
      const facts = {
        kty: at(it.inputs, "properties.kty") ?? "RSA",
        keySize: at(it.inputs, "properties.keySize") ?? 2048,
        keyOps: at(it.inputs, "properties.keyOps") ?? [],
      };
      return {
        keyUri,
        keyUriWithVersion: `${keyUri}/${it.hex(32)}`,
        ...facts,
        location: text(it.target("vaultName")?.outputs, "location"),
        type: "Microsoft.KeyVault/vaults/keys",
      };
    },
  },
  [WORKSPACE]: {
    id: pathId("Microsoft.OperationalInsights", "workspaces", "workspaceName"),
    name: {
      property: "workspaceName",
      rule: matches(
        /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
        "4 to 63 letters, digits and hyphens that begin and end with a letter or digit",
      ),
      maxLength: 63,
    },
    unique: [],
    values: {
      location,
      "sku.name": oneOf(
        "PerGB2018",
        "CapacityReservation",
        "Free",
        "Standard",
        "Premium",
        "PerNode",
        "Standalone",
        "LACluster",
      ),
      retentionInDays: between(-1, 730, "days"),
    },
    refers: inGroup,
    outputs: (it) => ({
      customerId: guid(it.id, "customer"),
      privateLinkScopedResources: [],
      type: "Microsoft.OperationalInsights/workspaces",
    }),
  },
  "azure-native:monitor:DiagnosticSetting": {
    id: ({ inputs }) =>
      `${text(inputs, "resourceUri")}/providers/microsoft.insights/diagnosticSettings/${text(inputs, "name")}`,
    name: {
      property: "name",
      rule: matches(/^[^*<>%:&?+/\\]{1,260}$/, "1 to 260 characters, none of * < > % : & ? + / \\"),
      maxLength: 260,
    },
    unique: [],
    rules: [
      ({ inputs }) => {
        const isGiven = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"].some(
          (path) => inputs[path] !== undefined,
        );
        return isGiven
          ? undefined
          : {
              property: "workspaceId",
              reason: "or another destination (storageAccountId, eventHubAuthorizationRuleId) must be given",
            };
      },
    ],
    refers: { resourceUri: { to: SCOPES, unless: OTHER_SCOPE }, workspaceId: { to: [WORKSPACE] } },
  },
};
