import { Route } from "@pulumi/aws/ec2";
import { AttachmentAccepter, VpcAttachment } from "@pulumi/aws/networkmanager";
import { ResourceShareAccepter } from "@pulumi/aws/ram";
import * as pulumi from "@pulumi/pulumi";
import { specOf } from "../../clusters/cluster";
import { prefixList } from "../../clusters/eks/prefixList";
import { named } from "../../clusters/eks/tags";
import { partition } from "../../plan/awsPartition";
import type { SitePlan } from "../../plan/plan";

import type { WideArea } from "../kind";
import { type AttachedVpc, tableOf } from "./attach";
import { sharingRegion } from "./coreNetwork";
import type { AwsGateway, AwsWideArea } from "./handles";

type Wide = WideArea<AwsWideArea, AwsGateway>;

/** Attaches each VPC by its own account, accepts it by the core network's, and routes the peers there. */
export function join(wide: Wide, attached: readonly AttachedVpc[]): void {
  const invited = new Map<string, pulumi.Resource>();
  for (const one of attached) {
    const { account } = specOf(one.site, "eks");
    if (wide.plan.sharedWith.includes(account) && wide.handle.shareArn !== "" && !invited.has(account)) {
      invited.set(account, acceptShare(wide, one));
    }
    const own = invited.get(account);
    joinOne(wide, one, own === undefined ? wide.ready : [...wide.ready, own]);
  }
}

/** An account outside the organization is invited, and says yes once for all of its sites. */
function acceptShare(wide: Wide, { site, cloud }: AttachedVpc): ResourceShareAccepter {
  return new ResourceShareAccepter(
    `${wide.plan.name}-${specOf(site, "eks").account}`,
    { shareArn: wide.handle.shareArn, region: sharingRegion(wide.plan) },
    pulumi.mergeOptions(cloud, { dependsOn: [...wide.ready] }),
  );
}

function joinOne(wide: Wide, { site, network, handle, cloud }: AttachedVpc, after: readonly pulumi.Resource[]): void {
  const attachment = new VpcAttachment(
    site.name,
    {
      coreNetworkId: wide.handle.coreNetworkId,
      vpcArn: arnOf(site, "vpc", handle.vpcId),
      // One in each zone: a zone without one cannot send to the core network.
      subnetArns: pulumi
        .output(handle.subnetIds)
        .apply((ids) => pulumi.all(ids.map((id) => arnOf(site, "subnet", id)))),
      tags: named(site, "core"),
    },
    pulumi.mergeOptions(cloud, { dependsOn: [...after] }),
  );
  const accepted = new AttachmentAccepter(
    site.name,
    { attachmentId: attachment.id, attachmentType: "VPC" },
    wide.cloud,
  );
  const destinations = network.routes.filter(({ via }) => via === `${site.name}-attachment`);
  if (destinations.length === 0) return;
  const ranges = destinations.map(({ destination }) => destination);
  const list = prefixList(site, "peers", ranges, cloud);
  for (const zone of site.zones) {
    new Route(
      `${site.name}-${zone}-peers`,
      {
        routeTableId: tableOf(handle, zone),
        destinationPrefixListId: list.id,
        coreNetworkArn: wide.handle.coreNetworkArn,
      },
      // A route to a core network is refused until the VPC is attached to it.
      pulumi.mergeOptions(cloud, { dependsOn: [accepted] }),
    );
  }
}

function arnOf(site: SitePlan, kind: "vpc" | "subnet", id: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partition(site.region)}:ec2:${site.region}:${specOf(site, "eks").account}:${kind}/${id}`;
}
