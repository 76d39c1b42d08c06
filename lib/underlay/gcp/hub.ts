import { Network } from "@pulumi/gcp/compute";
import { Group, Hub, HubIamMember, Spoke } from "@pulumi/gcp/networkconnectivity";
import * as gcp from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "../../clusters/gke/labels";
import type { Attached, GatewayEnd, HubContext, WideArea } from "../kind";
import { haGateway } from "./gateway";
import type { GcpGateway, GcpSite, GcpWideArea } from "./handles";
import { short } from "./names";

/** The provider of the hub's project. Resources say their region themselves. */
export function hubProvider(
  { plan, gateways, sites }: Omit<HubContext, "cloud">,
  options: pulumi.ResourceOptions,
): gcp.Provider {
  const region = gateways[0]?.region ?? sites[0]!.region;
  return new gcp.Provider(plan.name, { project: plan.owner, region }, options);
}

/** The group that every spoke of a mesh is in. */
const GROUP = "default";

/**
 * One hub, whose spokes are the sites' networks and the tunnels of a network that has nothing but gateways: tunnels of
 * Network Connectivity Center are of a network in the hub's project, which must be no site's.
 */
export function wideArea(context: HubContext): WideArea<GcpWideArea, GcpGateway> {
  const { plan, tags, cloud } = context;
  const hub = new Hub(
    plan.name,
    { presetTopology: "MESH", exportPsc: false, labels: labels({ tags }) },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  const ready = [hub, ...letIn(context, hub)];
  return { plan, handle: { hub: hub.id }, gateways: hubGateways(context, hub), cloud, ready };
}

function hubGateways({ plan, gateways, tags, cloud }: HubContext, hub: Hub): GatewayEnd<GcpGateway>[] {
  if (gateways.length === 0) return [];
  const { id: network } = new Network(
    plan.name,
    // Global routing: what one hub's gateway learns, both regions know.
    { autoCreateSubnetworks: false, routingMode: "GLOBAL" },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  return gateways.map((gateway) => {
    const at = { name: gateway.name, tags };
    return haGateway(gateway.name, { network, plan: gateway, at, cloud, hub: hub.id });
  });
}

/** Spokes of other projects wait for somebody's yes unless their project is listed, and their makers need a role. */
function letIn({ plan, spec, cloud }: HubContext, hub: Hub): pulumi.Resource[] {
  const projects = plan.sharedWith;
  const members = (spec.hubOwners?.gcp?.members ?? []).map(
    (member) =>
      new HubIamMember(
        short(`${plan.name}-${member.replace(/[^a-z0-9]+/gi, "-")}`),
        { hub: hub.name, role: "roles/networkconnectivity.groupUser", member },
        cloud,
      ),
  );
  if (projects.length === 0) return members;
  const group = new Group(
    plan.name,
    { name: GROUP, hub: hub.id, autoAccept: { autoAcceptProjects: [...projects] } },
    cloud,
  );
  return [group, ...members];
}

/** Each network is a spoke, made by its own project, and hands on what peers may reach: neither pods nor services. */
export function join(
  wide: WideArea<GcpWideArea, GcpGateway>,
  attached: readonly Attached<GcpSite, GcpGateway>[],
): void {
  for (const { site, network, handle, cloud } of attached) {
    new Spoke(
      short(site.name),
      {
        hub: wide.handle.hub,
        location: "global",
        linkedVpcNetwork: {
          uri: pulumi.interpolate`https://www.googleapis.com/compute/v1/${handle.network}`,
          includeExportRanges: [...network.reachableCidrs],
        },
        group: GROUP,
        labels: labels(site),
      },
      pulumi.mergeOptions(cloud, { dependsOn: [...wide.ready] }),
    );
  }
}
