import { gcpUnderlay } from "../underlay/gcp";
import type { ClusterKind } from "./cluster";
import { controlPlane, type GkeControlPlane } from "./gke/controlPlane";
import { entrance } from "./gke/entrance";
import { frontGroups } from "./gke/frontGroups";
import { nodePools } from "./gke/nodePools";
import { provider } from "./gke/provider";

/**
 * Sites on Google Kubernetes Engine, Standard and regional: a VPC network of their own, private nodes, secrets encrypted
 * with a key of the site, and Google's legacy datapath, beside which Cilium can be installed (Dataplane V2 is Google's own
 * Cilium and joins no mesh).
 */
export const gke: ClusterKind<GkeControlPlane> = {
  kind: "gke",
  package: "gcp",
  order: ["controlPlane", "cni", "nodePools"],
  awaitsCni: false,
  provider,
  controlPlane,
  entrance,
  nodePools,
  frontGroups,
  addons: () => [],
  underlay: gcpUnderlay,
};
