import { stringify } from "yaml";
import type { FunctionModel } from "../model";
import { authorityData } from "../realClusters";
import { hex } from "../sdk/madeUp";
import { text } from "../wire";
import { AKS_CLUSTER } from "./names";

/** Functions of Azure that say who the provider is. */
export const azureFunctions: { readonly [token: string]: FunctionModel } = {
  "azure-native:authorization:getClientConfig": (_, { account: { owner, facts } }) => ({
    clientId: facts.client,
    objectId: facts.object,
    subscriptionId: owner,
    tenantId: facts.tenant,
  }),
  "azure-native:authorization:getClientToken": (_, { account: { owner } }) => ({ token: hex(64, "token", owner) }),
  "azure-native:containerservice:listManagedClusterUserCredentials": credentials("clusterUser"),
  "azure-native:containerservice:listManagedClusterAdminCredentials": credentials("clusterAdmin"),
};

/** The kubeconfig that AKS hands out: an authority and a server, and an exec that signs in. */
function credentials(name: string): FunctionModel {
  return (args, { account, world, scope }) => {
    const [group, cluster] = [text(args, "resourceGroupName"), text(args, "resourceName")];
    const id = `/subscriptions/${account.owner}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/${cluster}`;
    const thing = world.find(AKS_CLUSTER, scope, id.toLowerCase());
    if (thing === undefined) throw new Error(`the managed cluster ${id} does not exist`);
    if (name === "clusterAdmin" && thing.inputs.disableLocalAccounts === true)
      throw new Error(`${cluster} has no local accounts (disableLocalAccounts)`);
    const region = text(thing.inputs, "location");
    const real = world.realClusters({ kind: "aks", name: cluster ?? "", region });
    const authority = authorityData(real, hex(64, "ca", id));
    const server = `https://${real?.address ?? `${text(thing.outputs, "privateFQDN") || text(thing.outputs, "fqdn")}:443`}`;
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: cluster, cluster: { server, "certificate-authority-data": authority } }],
      contexts: [{ name: cluster, context: { cluster, user: name } }],
      "current-context": cluster,
      users: [
        {
          name,
          user: {
            exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "kubelogin", args: ["get-token"] },
          },
        },
      ],
    };
    return { kubeconfigs: [{ name, value: Buffer.from(stringify(config)).toString("base64") }] };
  };
}
