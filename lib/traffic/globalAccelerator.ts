import { Accelerator, EndpointGroup, Listener } from "@pulumi/aws/globalaccelerator";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import type { GlobalAcceleratorSpec } from "../plan/routing/frontSpec";
import type { FrontContext, TrafficFront } from "./front";

type Context = FrontContext<"globalAccelerator">;

/**
 * AWS Global Accelerator before the sites' own addresses. Its control plane, which nothing here needs after the update, is
 * in us-west-2. A site that dies is left by its health check; one that is drained is no endpoint, because a traffic dial of
 * 0 would still be failed over to.
 */
export const globalAccelerator: TrafficFront<"globalAccelerator"> = {
  service: "globalAccelerator",
  package: "aws",
  provider: ({ spec }, options) => {
    const { account, roleArn } = spec as GlobalAcceleratorSpec;
    return new aws.Provider(
      "global-accelerator",
      {
        region: "us-west-2",
        allowedAccountIds: [account],
        ...(roleArn && { assumeRoles: [{ roleArn, sessionName: "pulumi-multisite-traffic" }] }),
      },
      options,
    );
  },
  front: (context) => {
    const { traffic, plan, cloud } = context;
    // Its addresses are what users' resolvers and firewalls know.
    const accelerator = new Accelerator(
      "front",
      { name: traffic.domain.replaceAll(/[._]/g, "-").slice(0, 64), enabled: true, ipAddressType: "IPV4" },
      pulumi.mergeOptions(cloud, { protect: true }),
    );
    const { port } = traffic.health;
    const listener = new Listener(
      "front",
      { acceleratorArn: accelerator.arn, protocol: "TCP", portRanges: [{ fromPort: port, toPort: port }] },
      cloud,
    );
    for (const { region, sites } of plan.groups) endpointGroup(context, listener, region, sites);
    const values = accelerator.ipSets.apply((sets) => sets.flatMap(({ ipAddresses }) => ipAddresses ?? []));
    return { type: "A", values };
  },
};

/** The middle of 0 to 255: all endpoints of a region get the same, of several sites as of several zones. */
const WEIGHT = 128;

function endpointGroup(context: Context, listener: Listener, region: string, sites: readonly string[]): void {
  const { path, port, protocol } = context.traffic.health;
  const { intervalSeconds, failures } = context.plan.time;
  new EndpointGroup(
    `front-${region}`,
    {
      ...{ listenerArn: listener.arn, endpointGroupRegion: region, trafficDialPercentage: 100 },
      ...{ healthCheckIntervalSeconds: intervalSeconds, thresholdCount: failures },
      ...{ healthCheckPath: path, healthCheckPort: port, healthCheckProtocol: protocol.toUpperCase() },
      endpointConfigurations: sites.flatMap((site) =>
        (context.references[site] ?? []).map((endpointId) => ({ endpointId, weight: WEIGHT })),
      ),
    },
    context.cloud,
  );
}
