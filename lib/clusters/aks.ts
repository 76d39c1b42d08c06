import { azureUnderlay } from "../underlay/azure";
import { type AksControlPlane, controlPlane } from "./aks/controlPlane";
import { entrance } from "./aks/entrance";
import { nodePools } from "./aks/nodePools";
import { provider } from "./aks/provider";
import type { ClusterKind } from "./cluster";

/**
 * Sites on Azure Kubernetes Service, Standard tier: a virtual network of their own over three zones, no CNI of Azure's,
 * secrets encrypted with a key of the site, and no local accounts.
 *
 * AKS makes no cluster without a system pool, so that pool is there, and not ready, before the CNI. The CNI is awaited:
 * it is what makes the pool ready, and further pools wait for that.
 */
export const aks: ClusterKind<AksControlPlane> = {
  kind: "aks",
  package: "azure-native",
  order: ["controlPlane", "cni", "nodePools"],
  awaitsCni: true,
  provider,
  controlPlane,
  entrance,
  nodePools,
  addons: () => [],
  underlay: azureUnderlay,
};
