import { CoreNetwork, CoreNetworkPolicyAttachment, GlobalNetwork } from "@pulumi/aws/networkmanager";
import * as aws from "@pulumi/aws/provider";
import { PrincipalAssociation, ResourceAssociation, ResourceShare } from "@pulumi/aws/ram";
import * as pulumi from "@pulumi/pulumi";
import { specOf } from "../../clusters/cluster";
import { named } from "../../clusters/eks/tags";
import { partition } from "../../plan/awsPartition";
import type { WideAreaNetworkPlan } from "../../plan/underlay";
import { EDGE_ASN_RANGES } from "../../plan/underlay/facts";
import type { HubContext, WideArea } from "../kind";
import type { AwsGateway, AwsWideArea } from "./handles";

/** The provider of the core network's account. Resources say their region themselves. */
export function hubProvider(
  { plan, gateways, sites, spec }: Omit<HubContext, "cloud">,
  options: pulumi.ResourceOptions,
): aws.Provider {
  const given = spec.hubOwners?.aws?.roleArn;
  const neighbour = sites.map((site) => specOf(site, "eks")).find(({ account }) => account === plan.owner);
  const roleArn = given ?? neighbour?.roleArn;
  return new aws.Provider(
    plan.name,
    {
      region: gateways[0]?.region ?? plan.edges[0]!.region,
      allowedAccountIds: [plan.owner],
      ...(roleArn && { assumeRoles: [{ roleArn, sessionName: `pulumi-multisite-${plan.name}` }] }),
    },
    options,
  );
}

/**
 * One core network with an edge in every region of a site or hub, which exchange routes by BGP on their own. Peered transit
 * gateways have static routes instead: when a region is lost, somebody would have to change them.
 */
export function wideArea(context: HubContext): WideArea<AwsWideArea, AwsGateway> {
  const { plan, gateways, spec, tags, cloud } = context;
  const at = { name: plan.name, tags };
  const global = new GlobalNetwork(plan.name, { description: "links sites", tags: named(at, "global") }, cloud);
  const core = new CoreNetwork(
    plan.name,
    { globalNetworkId: global.id, description: "links sites", tags: named(at, "core") },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  const policy = new CoreNetworkPolicyAttachment(
    plan.name,
    { coreNetworkId: core.id, policyDocument: corePolicy(plan) },
    cloud,
  );
  const share = plan.sharedWith.length === 0 ? undefined : shareWith(context, core);
  const ready = [policy, ...(share?.ready ?? [])];
  const isInvited = spec.hubOwners?.aws?.sharing === "invitation";
  return {
    plan,
    handle: {
      coreNetworkId: core.id,
      coreNetworkArn: core.arn,
      shareArn: isInvited ? (share?.arn ?? "") : "",
    },
    gateways: gateways.map((gateway) => ({
      plan: gateway,
      at: { name: gateway.name, tags },
      handle: { transitGatewayId: "", coreNetworkId: core.id },
      outsideAddresses: [],
      cloud,
      ready,
    })),
    cloud,
    ready,
  };
}

/** The one segment that all attachments are in. */
const SEGMENT = "sites";

/** The core network's policy. Every attachment waits until it is accepted: a share alone lets nobody in. */
export function corePolicy({ edges }: Pick<WideAreaNetworkPlan, "edges">): string {
  return JSON.stringify({
    version: "2021.12",
    "core-network-configuration": {
      "vpn-ecmp-support": true,
      "asn-ranges": EDGE_ASN_RANGES,
      "edge-locations": edges.map(({ region, asn }) => ({ location: region, ...(asn !== undefined && { asn }) })),
    },
    segments: [{ name: SEGMENT, "require-attachment-acceptance": true }],
    "attachment-policies": [
      {
        "rule-number": 100,
        "condition-logic": "or",
        conditions: [{ type: "any" }],
        action: { "association-method": "constant", segment: SEGMENT },
      },
    ],
  });
}

/**
 * Region where core networks are shared, whatever regions they span: the home region of global resources
 * (https://docs.aws.amazon.com/ram/latest/userguide/working-with-regional-vs-global.html). That page names us-east-1 alone; what it is
 * in the partition of the US government no page was found to say, and another would refuse the association by name.
 */
export function sharingRegion(plan: WideAreaNetworkPlan): string {
  return partition(plan.edges[0]!.region) === "aws-us-gov" ? "us-gov-west-1" : "us-east-1";
}

/** Lets the accounts of the sites attach to the core network. */
function shareWith({ plan, spec, tags, cloud }: HubContext, core: CoreNetwork) {
  const region = sharingRegion(plan);
  const share = new ResourceShare(
    plan.name,
    {
      name: plan.name,
      region,
      allowExternalPrincipals: spec.hubOwners?.aws?.sharing === "invitation",
      tags: named({ name: plan.name, tags }, "share"),
    },
    cloud,
  );
  const shared = new ResourceAssociation(
    plan.name,
    { resourceArn: core.arn, resourceShareArn: share.arn, region },
    cloud,
  );
  const accounts = plan.sharedWith.map(
    (principal) =>
      new PrincipalAssociation(`${plan.name}-${principal}`, { principal, resourceShareArn: share.arn, region }, cloud),
  );
  return { arn: share.arn, ready: [shared, ...accounts] };
}
