/**
 * User data of a node on Amazon Linux 2023: the part of nodeadm's NodeConfig that differs from what EKS adds by itself
 * (cluster, endpoint, authority and service CIDR), in base64.
 *
 * A kubelet's maximum of pods has no other setting there. Left alone, nodeadm derives it from the network interfaces of
 * the machine, 29 on an m6i.large, although pods on the overlay use none of them.
 * https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/examples/
 *
 * @param maximumPods pods per node, 10 to 250. EKS itself caps machines of fewer than 30 vCPUs at 110.
 */
export function userData(maximumPods: number): string {
  const boundary = "//";
  const text = [
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: application/node.eks.aws",
    "",
    "---",
    "apiVersion: node.eks.aws/v1alpha1",
    "kind: NodeConfig",
    "spec:",
    "  kubelet:",
    "    config:",
    `      maxPods: ${maximumPods}`,
    "",
    `--${boundary}--`,
    "",
  ].join("\n");
  return Buffer.from(text, "utf8").toString("base64");
}
