import type { Making, Model } from "../model";
import { matches } from "../rules";
import { digits } from "../sdk/madeUp";
import { at, text } from "../wire";
import { grant } from "./identity";
import { project } from "./names";

const POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool";

const NAME = matches(
  /^(?!gcp-)[a-z0-9-]{4,32}$/,
  'lower-case letters, digits and hyphens, 4 to 32 of them, that do not begin with "gcp-"',
);

/** Projects are numbers in the names of pools. */
function poolName(it: Making, id: string | undefined): string {
  return `projects/${digits(12, project(it))}/locations/global/workloadIdentityPools/${id}`;
}

/**
 * Identities of other issuers, and what they may do. Sources: the IAM API reference (workloadIdentityPools, their providers,
 * roles) and `ForceNew` in terraform-provider-google 7.
 */
export const federationModels: { readonly [type: string]: Model } = {
  [POOL]: {
    id: (it) =>
      `projects/${project(it)}/locations/global/workloadIdentityPools/${text(it.inputs, "workloadIdentityPoolId")}`,
    immutable: ["workloadIdentityPoolId", "mode"],
    values: {
      workloadIdentityPoolId: NAME,
      displayName: matches(/^[\s\S]{0,32}$/, "at most 32 characters"),
    },
    outputs: (it) => ({ name: poolName(it, text(it.inputs, "workloadIdentityPoolId")), state: "ACTIVE" }),
  },
  "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": {
    id: ({ inputs, account }) =>
      `projects/${project({ inputs, account })}/locations/global/workloadIdentityPools/${text(inputs, "workloadIdentityPoolId")}/providers/${text(inputs, "workloadIdentityPoolProviderId")}`,
    immutable: ["workloadIdentityPoolId", "workloadIdentityPoolProviderId"],
    values: {
      workloadIdentityPoolProviderId: NAME,
      "oidc.issuerUri": matches(/^https:\/\/\S+$/, "a URL that begins with https://"),
      attributeCondition: matches(/^[\s\S]{1,4096}$/, "at most 4096 characters"),
    },
    rules: [
      ({ inputs }) =>
        at(inputs, "oidc") !== undefined && at(inputs, "attributeMapping") === undefined
          ? { property: "attributeMapping", reason: 'must map "google.subject" for an issuer by OIDC' }
          : undefined,
    ],
    outputs: (it) => ({
      name: `${poolName(it, text(it.inputs, "workloadIdentityPoolId"))}/providers/${text(it.inputs, "workloadIdentityPoolProviderId")}`,
      state: "ACTIVE",
    }),
  },
  "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember": grant("managedZone"),
  "gcp:projects/iAMCustomRole:IAMCustomRole": {
    id: (it) => `projects/${project(it)}/roles/${text(it.inputs, "roleId")}`,
    immutable: ["roleId", "project"],
    values: {
      roleId: matches(/^[\w.]{3,64}$/, "3 to 64 letters, digits, underscores and periods"),
      title: matches(/^[\s\S]{1,100}$/, "1 to 100 characters"),
    },
    outputs: (it) => ({ name: it.id, deleted: false, stage: "GA" }),
  },
};
