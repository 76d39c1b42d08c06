import { awsUnderlay } from "../underlay/aws";
import type { ClusterKind } from "./cluster";
import { addons } from "./eks/addons";
import { controlPlane, type EksControlPlane } from "./eks/controlPlane";
import { entrance } from "./eks/entrance";
import { gatewayEndpoint } from "./eks/gatewayEndpoint";
import { meshEndpoint } from "./eks/meshEndpoint";
import { nodePools } from "./eks/nodePools";
import { provider } from "./eks/provider";

/**
 * Sites on Amazon EKS: a VPC over the site's zones with one NAT gateway each, a control plane whose secrets and logs are
 * encrypted with keys of the site, managed node groups on Amazon Linux 2023, and no VPC CNI.
 *
 * The order is EKS's own: a node group waits for ready nodes, nodes wait for the CNI, and CoreDNS waits for nodes
 * (https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3139).
 */
export const eks: ClusterKind<EksControlPlane> = {
  kind: "eks",
  package: "aws",
  order: ["controlPlane", "cni", "nodePools", "addons"],
  awaitsCni: false,
  provider,
  controlPlane,
  entrance,
  nodePools,
  meshEndpoint,
  gatewayEndpoint,
  addons,
  underlay: awsUnderlay,
};
