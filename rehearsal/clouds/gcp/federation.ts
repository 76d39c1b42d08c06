import type { Making, Model } from "../model";
import { matches } from "../rules";
import { digits } from "../sdk/madeUp";
import { notSoftDeleted } from "../softDelete";
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

/** What is deleted keeps its id for 30 days; the provider does not get it back by itself, as it does with a custom role. */
function notKept(property: string, what: string, command: (it: Making) => string) {
  return notSoftDeleted(
    property,
    (id, it) =>
      `${what} "${id}" is deleted (its state is DELETED), and its id is kept for 30 days; take an id that is new with every creation, ` +
      `such as one that ends in the hex of a RandomId of @pulumi/random, or get it back by gcloud iam workload-identity-pools ` +
      `${command(it)} --location=global --project=${project(it)}, and import it (Error 409: Requested entity already exists)`,
  );
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
    world: [
      notKept("workloadIdentityPoolId", "pool", ({ inputs }) => `undelete ${text(inputs, "workloadIdentityPoolId")}`),
    ],
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
    world: [
      notKept(
        "workloadIdentityPoolProviderId",
        "provider",
        ({ inputs }) =>
          `providers undelete ${text(inputs, "workloadIdentityPoolProviderId")} --workload-identity-pool=${text(inputs, "workloadIdentityPoolId")}`,
      ),
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
