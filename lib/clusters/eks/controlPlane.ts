import { AccessEntry, AccessPolicyAssociation, Cluster } from "@pulumi/aws/eks";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { partition } from "../../plan/awsPartition";
import { type ControlPlane, type SiteContext, specOf } from "../cluster";
import { kubeconfig } from "../kubeconfig";
import { PRIVATE_RANGES } from "../privateRanges";
import { auditLog, secretsKey } from "./keys";
import { type EksNetwork, network } from "./network";
import { role } from "./roles";
import { named } from "./tags";
import { webhookRules } from "./webhookRules";

/** An EKS control plane, and what its node groups and add-ons need of it. */
export interface EksControlPlane extends ControlPlane {
  readonly cluster: Cluster;
  readonly network: EksNetwork;
}

/** Network, keys, audit log, cluster, and who may administer it. */
export function controlPlane(context: SiteContext): EksControlPlane {
  const net = network(context);
  const cluster = buildCluster(context, net);
  const access = [...administrators(context, cluster), ...apiRules(context, cluster)];
  webhookRules(context, cluster);
  const { account, roleArn } = specOf(context.site, "eks");
  const { name, region } = context.site;
  const assume = roleArn ? ["--role-arn", roleArn] : [];
  return {
    cluster,
    network: net,
    tokenIssuer: cluster.identities.apply((all) => all?.[0]?.oidcs?.[0]?.issuer ?? ""),
    identity: cluster.arn,
    host: cluster.endpoint.apply((endpoint) => new URL(endpoint).hostname),
    port: 443,
    kubeconfig: kubeconfig({
      name: `arn:${partition(region)}:eks:${region}:${account}:cluster/${name}`,
      server: cluster.endpoint,
      certificateAuthority: cluster.certificateAuthority.data,
      token: ["eks", "--cluster", name, "--region", region, ...assume],
    }),
    ready: [cluster, ...access],
  };
}

const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

function buildCluster(context: SiteContext, net: EksNetwork): Cluster {
  const { site, cloud } = context;
  const open = site.apiAccess?.mode === "allowlist";
  const { role: clusterRole, attachments } = role(
    site,
    {
      word: "cluster",
      service: "eks.amazonaws.com",
      actions: ["sts:AssumeRole"],
      policies: ["AmazonEKSClusterPolicy"],
    },
    cloud,
  );
  const log = auditLog(context);
  return new Cluster(
    site.name,
    {
      name: site.name,
      version: site.kubernetesVersion!,
      roleArn: clusterRole.arn,
      vpcConfig: {
        subnetIds: [...net.controlPlaneSubnetIds],
        endpointPrivateAccess: true,
        endpointPublicAccess: open,
        ...(open && { publicAccessCidrs: site.apiAccess?.cidrs ?? [] }),
      },
      kubernetesNetworkConfig: { ipFamily: "ipv4", serviceIpv4Cidr: site.addresses.serviceCidr },
      accessConfig: {
        authenticationMode: "API",
        // Whoever runs `up` installs the CNI, and is known to nobody before. Both values are for the cluster's whole
        // life (a change replaces it), so neither may depend on a setting that is allowed to change.
        bootstrapClusterCreatorAdminPermissions: true,
      },
      // Cilium takes the place of the VPC CNI and of kube-proxy. A change replaces the cluster.
      bootstrapSelfManagedAddons: false,
      encryptionConfig: { provider: { keyArn: secretsKey(context).arn }, resources: ["secrets"] },
      enabledClusterLogTypes: LOG_TYPES,
      upgradePolicy: { supportType: "STANDARD" },
      deletionProtection: true,
      tags: named(site, "cluster"),
    },
    pulumi.mergeOptions(cloud, { protect: true, dependsOn: [...attachments, log, ...net.routes] }),
  );
}

/**
 * Administrators besides the creator. The role that `up` assumes is the creator, and EKS refuses a second entry for one
 * principal, so it is left out.
 */
function administrators({ site, cloud }: SiteContext, cluster: Cluster): pulumi.Resource[] {
  const { administrators = [], roleArn } = specOf(site, "eks");
  return [...new Set(administrators)]
    .filter((principal) => principal !== roleArn)
    .map((principalArn) => {
      const name = `${site.name}-${principalName(principalArn)}`;
      const entry = new AccessEntry(
        name,
        { clusterName: cluster.name, principalArn, tags: named(site, "administrator") },
        cloud,
      );
      return new AccessPolicyAssociation(
        name,
        {
          clusterName: cluster.name,
          principalArn,
          policyArn: `arn:${partition(site.region)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
          accessScope: { type: "cluster" },
        },
        pulumi.mergeOptions(cloud, { dependsOn: [entry] }),
      );
    });
}

/** `123456789012:role/ops` of `arn:aws:iam::123456789012:role/ops`: names a principal wherever it stands in the list. */
function principalName(arn: string): string {
  return arn.split(":").slice(4).join(":");
}

/**
 * Whom the API's private endpoint answers: EKS's own security group admits the nodes only. Where it is the only endpoint,
 * whatever has a route to the site's network gets through, as the plan promises to whoever runs `up`.
 */
function apiRules({ site, cloud }: SiteContext, cluster: Cluster): SecurityGroupIngressRule[] {
  const ranges = site.apiAccess?.mode === "private" ? PRIVATE_RANGES : [site.addresses.network];
  return ranges.map(
    (cidrIpv4) =>
      new SecurityGroupIngressRule(
        `${site.name}-api-${cidrIpv4}`,
        {
          securityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
          description: `Kubernetes API from ${cidrIpv4}`,
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrIpv4,
          tags: named(site, "api"),
        },
        cloud,
      ),
  );
}
