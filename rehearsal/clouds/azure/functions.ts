import type { FunctionModel } from "../model";
import { hex } from "../sdk/madeUp";

/** Functions of Azure that say who the provider is. */
export const azureFunctions: { readonly [token: string]: FunctionModel } = {
  "azure-native:authorization:getClientConfig": (_, { account: { owner, facts } }) => ({
    clientId: facts.client,
    objectId: facts.object,
    subscriptionId: owner,
    tenantId: facts.tenant,
  }),
  "azure-native:authorization:getClientToken": (_, { account: { owner } }) => ({ token: hex(64, "token", owner) }),
};
