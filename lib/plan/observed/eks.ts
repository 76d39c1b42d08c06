import type { Count, EksPool } from "../guaranteed";
import { plainReader, type Reader, reader } from "./read";
import { taintsOf } from "./taints";
import type { ObservedCluster, ObservedPool, ObservedResource } from "./types";

/** What AWS resources say of clusters and pools. Property names are those of the Pulumi AWS provider, versions 6 and 7. */

export const EKS_CLUSTER = "aws:eks/cluster:Cluster";
export const EKS_NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
export const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
export const SUBNET = "aws:ec2/subnet:Subnet";
export const VPC = "aws:ec2/vpc:Vpc";

/**
 * Machine type of a managed node group that names none.
 * Source: Amazon EKS API reference, CreateNodegroup, instanceTypes ("the default is t3.medium").
 */
const DEFAULT_MACHINE_TYPE = "t3.medium";

type Lookup = (urn: string) => ObservedResource | undefined;

/** The facts of an `aws:eks/cluster:Cluster`. */
export function eksCluster(resource: ObservedResource, lookup: Lookup): ObservedCluster {
  const r = reader(resource);
  const services = r.text("kubernetesNetworkConfig", "serviceIpv4Cidr");
  const vpcs = vpcsOf(resource, lookup);
  return {
    urn: resource.urn,
    name: resource.name,
    kind: "eks",
    physicalName: r.text("name"),
    region: awsRegion(resource, lookup),
    zones: zonesOf(resource, lookup),
    maximumPods: undefined,
    automatic: r.flag("computeConfig", "enabled") ? ["EKS Auto Mode"] : [],
    cidrs: [
      ...vpcs.map((cidr) => ({ cidr, use: "nodes" as const })),
      ...(services === undefined ? [] : [{ cidr: services, use: "services" as const }]),
    ],
  };
}

/** The facts of an `aws:eks/nodeGroup:NodeGroup`, with those of its launch template when that is in the program. */
export function eksPool(resource: ObservedResource, lookup: Lookup): ObservedPool {
  const r = reader(resource);
  const template = launchTemplate(resource, r, lookup);
  const desired = r.need("scalingConfig", "desiredSize");
  const minimum = r.need("scalingConfig", "minSize");
  const maximum = r.need("scalingConfig", "maxSize") ?? 0;
  const disk = r.detail("diskSize") ?? template.diskGiB;
  const description: EksPool = {
    kind: "eks",
    name: resource.name,
    machineTypes: machineTypes(r, template),
    ...(template.maximumPods === undefined ? {} : { maxPods: template.maximumPods }),
    ...(disk === undefined ? {} : { diskGiB: disk }),
    minimumNodes: minimum,
    desiredNodes: desired,
    // Who lets go of the desired size lets an autoscaler go down to the minimum; so does a group with room between its
    // limits, since autoscalers find such groups by themselves.
    mayShrink: maximum > Number(minimum ?? 0) || ignoresSize(resource),
    spot: r.text("capacityType") === "SPOT" || template.spot,
  };
  return {
    urn: resource.urn,
    name: resource.name,
    clusterUrns: resource.propertyDependencies.clusterName ?? [],
    clusterName: r.text("clusterName"),
    region: awsRegion(resource, lookup),
    description,
    maximumNodes: Math.max(maximum, Number(desired ?? 0)),
    labels: r.map("labels"),
    taints: taintsOf(r, "taints"),
    windows: r.text("amiType")?.startsWith("WINDOWS") ?? false,
    unknown: [...r.unknown, ...template.unknown],
  };
}

/** The region of an AWS resource: its own (provider version 7), its provider's, or the one of its subnets' zones. */
export function awsRegion(resource: ObservedResource, lookup: Lookup): string | undefined {
  const own = reader(resource);
  const region = own.text("region");
  if (region !== undefined || own.unknown.length > 0) return region;
  const provider = resource.provider === undefined ? undefined : plainReader(resource.provider.props).text("region");
  if (provider !== undefined) return provider;
  const regions = new Set(zonesOf(resource, lookup).map((zone) => zone.replace(/[a-z]$/, "")));
  return regions.size === 1 ? [...regions][0] : undefined;
}

function ignoresSize(resource: ObservedResource): boolean {
  return resource.ignoreChanges.some((p) => p === "scalingConfig" || p.endsWith("desiredSize") || p === "*");
}

function machineTypes(r: Reader, template: Template): (string | null)[] {
  const given = r.texts("instanceTypes");
  if (given.length > 0) return given;
  if (template.machineType !== undefined) return [template.machineType];
  return r.unknown.includes("instanceTypes") || template.unknown.length > 0 ? [null] : [DEFAULT_MACHINE_TYPE];
}

interface Template {
  readonly machineType: string | undefined;
  readonly maximumPods: number | undefined;
  readonly diskGiB: Count;
  readonly spot: boolean;
  readonly unknown: readonly string[];
}

function launchTemplate(group: ObservedResource, r: Reader, lookup: Lookup): Template {
  const none: Template = {
    machineType: undefined,
    maximumPods: undefined,
    diskGiB: undefined,
    spot: false,
    unknown: [],
  };
  if (!r.has("launchTemplate")) return none;
  const urns = group.propertyDependencies.launchTemplate ?? [];
  const found = urns.map(lookup).find((resource) => resource?.type === LAUNCH_TEMPLATE);
  if (found === undefined) return { ...none, unknown: ["launchTemplate (it is not in this program)"] };
  const t = reader(found);
  const sizes = t.parts("blockDeviceMappings").map((mapping) => mapping.detail("ebs", "volumeSize"));
  const template = {
    machineType: t.text("instanceType"),
    maximumPods: maximumPodsOf(t),
    diskGiB: sizes.find((size) => size !== undefined),
    spot: t.text("instanceMarketOptions", "marketType") === "spot",
  };
  return { ...template, unknown: t.unknown.map((path) => `launchTemplate.${path}`) };
}

/** Pods per node from user data: nodeadm's NodeConfig (`maxPods: 110`) or bootstrap.sh's `--max-pods=110`. */
function maximumPodsOf(template: Reader): number | undefined {
  const text = template.text("userData");
  if (text === undefined) return undefined;
  const plain = /[:\n]/.test(text) ? text : Buffer.from(text, "base64").toString("utf8");
  const match = /maxPods["']?\s*:\s*(\d{1,4})|--max-pods[= ](\d{1,4})/.exec(plain);
  return match === null ? undefined : Number(match[1] ?? match[2]);
}

function subnetsOf(resource: ObservedResource, lookup: Lookup): ObservedResource[] {
  const given = resource.propertyDependencies;
  const urns = [...(given.subnetIds ?? []), ...(given.vpcConfig ?? [])];
  return urns.map(lookup).filter((found): found is ObservedResource => found?.type === SUBNET);
}

function zonesOf(resource: ObservedResource, lookup: Lookup): string[] {
  const zones = subnetsOf(resource, lookup).map((subnet) => reader(subnet).text("availabilityZone"));
  return [...new Set(zones.filter((zone) => zone !== undefined))].sort();
}

/** CIDRs of the VPCs that a cluster's subnets lie in. */
function vpcsOf(cluster: ObservedResource, lookup: Lookup): string[] {
  const urns = subnetsOf(cluster, lookup).flatMap((subnet) => subnet.propertyDependencies.vpcId ?? []);
  const vpcs = [...new Set(urns)].map(lookup).filter((found) => found?.type === VPC);
  return vpcs.flatMap((vpc) => (vpc === undefined ? [] : (reader(vpc).text("cidrBlock") ?? [])));
}
