import { Addon, type AddonArgs } from "@pulumi/aws/eks";
import * as pulumi from "@pulumi/pulumi";
import { type EksAddons, eksAddons } from "../../plan/versions";
import type { ClusterContext } from "../cluster";
import type { EksControlPlane } from "./controlPlane";
import { role } from "./roles";
import { named } from "./tags";

/**
 * Add-ons that EKS keeps: CoreDNS, the agent that gives pods their identity, and with such an identity the EBS driver.
 * All of them wait for nodes. None is `preserve`d: what is left behind in a cluster that goes would hold it up.
 */
export function addons(context: ClusterContext, controlPlane: EksControlPlane): pulumi.Resource[] {
  const { site, cloud } = context;
  const driver = role(
    site,
    {
      word: "ebs-csi",
      service: "pods.eks.amazonaws.com",
      actions: ["sts:AssumeRole", "sts:TagSession"],
      policies: ["service-role/AmazonEBSCSIDriverPolicy"],
    },
    cloud,
  );
  const agent = addon(context, controlPlane, "eks-pod-identity-agent", {}, cloud);
  const storage = addon(
    context,
    controlPlane,
    "aws-ebs-csi-driver",
    { podIdentityAssociations: [{ serviceAccount: "ebs-csi-controller-sa", roleArn: driver.role.arn }] },
    pulumi.mergeOptions(cloud, { dependsOn: [agent, ...driver.attachments] }),
  );
  const { dnsConfiguration } = context;
  const configured = dnsConfiguration === undefined ? {} : { configurationValues: dnsConfiguration };
  const dns = addon(context, controlPlane, "coredns", configured, cloud);
  return [agent, storage, dns];
}

function addon(
  { site }: ClusterContext,
  { cluster }: EksControlPlane,
  addonName: keyof EksAddons,
  args: Partial<AddonArgs>,
  options: pulumi.CustomResourceOptions,
): Addon {
  return new Addon(
    `${site.name}-${addonName}`,
    {
      clusterName: cluster.name,
      addonName,
      addonVersion: eksAddons(site.kubernetesVersion!)[addonName],
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      tags: named(site, addonName),
      ...args,
    },
    options,
  );
}
