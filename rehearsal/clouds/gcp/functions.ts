import type { FunctionModel } from "../model";
import { zonesOf } from "../regions";
import { hex } from "../sdk/madeUp";
import { text } from "../wire";
import { getAuthority } from "./certificateAuthorities";
import { getSecretVersion } from "./secrets";

/** Functions of Google Cloud that say where and who the provider is, and what an authority's certificate is. */
export const gcpFunctions: { readonly [token: string]: FunctionModel } = {
  "gcp:certificateauthority/getAuthority:getAuthority": getAuthority,
  "gcp:secretmanager/getSecretVersion:getSecretVersion": getSecretVersion,
  "gcp:organizations/getClientConfig:getClientConfig": (_, { account }) => ({
    id: `projects/${account.owner}/regions/${account.region ?? ""}/zones/${account.facts.zone ?? ""}`,
    accessToken: `ya29.${hex(40, "token", account.owner)}`,
    defaultLabels: {},
    project: account.owner ?? "",
    region: account.region ?? "",
    zone: account.facts.zone ?? "",
  }),
  "gcp:organizations/getProject:getProject": (args, { account }) => {
    const projectId = text(args, "projectId") ?? account.owner ?? "";
    const facts = {
      autoCreateNetwork: false,
      billingAccount: "",
      deletionPolicy: "PREVENT",
      effectiveLabels: {},
      folderId: "",
      labels: {},
    };
    const more = { name: projectId, orgId: "", projectId, pulumiLabels: {}, tags: {} };
    return { ...facts, ...more, id: `projects/${projectId}`, number: account.facts.projectNumber };
  },
  "gcp:compute/getZones:getZones": (args, { account }) => {
    const region = text(args, "region") ?? account.region ?? "";
    const names = zonesOf("gcp", region) ?? ["a", "b", "c"].map((letter) => `${region}-${letter}`);
    return { ...args, id: `projects/${account.owner}/regions/${region}`, names, project: account.owner, region };
  },
};
