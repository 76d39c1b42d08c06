import type { Count, EksPool } from "../guaranteed";
import type { TaintSpec } from "../spec";
import { ignores } from "./ignored";
import { asText, plainReader, type Reader, reader } from "./read";
import { taintsOf } from "./taints";
import type { ObservedCluster, ObservedPool, ObservedResource } from "./types";
import { type NodeSettings, nodeSettings } from "./userData";

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
  const capacityType = r.text("capacityType");
  const spot = capacityType === "SPOT" || template.spot;
  const closed = capacityType === "CAPACITY_BLOCK" || template.block ? [endsSoon(resource.name)] : [];
  const isHeld = !ignores(resource, "scalingConfig", "minSize");
  const unclear = [...(isHeld ? [] : ["scalingConfig.minSize (its changes are ignored)"]), ...template.unclear];
  const image = r.text("amiType");
  const { labels, openLabels } = r.labels("labels");
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
    spot,
  };
  return {
    urn: resource.urn,
    name: resource.name,
    physicalName: plainReader(resource.props).text("nodeGroupName"),
    clusterUrns: resource.propertyDependencies.clusterName ?? [],
    clusterName: asText(r.hint("clusterName")),
    region: awsRegion(resource, lookup),
    description,
    maximumNodes: Math.max(maximum, Number(desired ?? 0)),
    labels: { [CAPACITY_LABEL]: capacityType ?? (spot ? "SPOT" : "ON_DEMAND"), ...labels },
    openLabels,
    taints: [...taintsOf(r, "taints"), ...template.taints],
    windows: image?.startsWith("WINDOWS") ?? false,
    closed,
    vcpus: template.vcpus,
    withoutDrivers: template.image === undefined && !DRIVERS.test(image ?? ""),
    // Of what counts as nothing anyway nobody needs to know more.
    unknown: [...r.unknown, ...template.unknown, ...(spot || closed.length > 0 ? [] : unclear)],
  };
}

/**
 * EKS sets it on the nodes of managed groups.
 * Source: Amazon EKS user guide, "Managed node group capacity types".
 */
const CAPACITY_LABEL = "eks.amazonaws.com/capacityType";

/**
 * Images that bring the drivers of accelerators, and those of one's own, of which nobody knows. A group of GPU machines that
 * names no image gets one without. Source: Amazon EKS API reference, CreateNodegroup, amiType and instanceTypes.
 */
const DRIVERS = /_(GPU|NVIDIA|NEURON)(_|$)|^CUSTOM/;

/** Source: Amazon EC2 user guide, "Capacity Blocks for ML": a block ends on a day that is fixed when it is bought. */
function endsSoon(name: string): string {
  return `Pool ${name} is of a Capacity Block, which ends on a fixed day, so it counts as 0. Use on-demand machines.`;
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
  /** Of a Capacity Block. */
  readonly block: boolean;
  readonly taints: readonly TaintSpec[];
  readonly vcpus: number | undefined;
  /** An image of one's own. */
  readonly image: string | undefined;
  readonly unknown: readonly string[];
  /** Where the program says that nodes are otherwise than it shows. */
  readonly unclear: readonly string[];
}

const NO_TEMPLATE: Template = {
  machineType: undefined,
  maximumPods: undefined,
  diskGiB: undefined,
  spot: false,
  block: false,
  taints: [],
  vcpus: undefined,
  image: undefined,
  unknown: [],
  unclear: [],
};

function launchTemplate(group: ObservedResource, r: Reader, lookup: Lookup): Template {
  if (!r.has("launchTemplate")) return NO_TEMPLATE;
  const urns = group.propertyDependencies.launchTemplate ?? [];
  const found = urns.map(lookup).find((resource) => resource?.type === LAUNCH_TEMPLATE);
  if (found === undefined) return { ...NO_TEMPLATE, unknown: ["launchTemplate (it is not in this program)"] };
  const t = reader(found);
  const settings = nodeSettings(t.text("userData"));
  const market = t.text("instanceMarketOptions", "marketType");
  const template = {
    machineType: t.text("instanceType"),
    maximumPods: settings.maximumPods,
    diskGiB: diskOfPods(t, settings, r.text("amiType")),
    spot: market === "spot",
    block: market === "capacity-block",
    taints: settings.taints,
    vcpus: vcpusOf(t),
    image: t.text("imageId"),
  };
  // One that is not known yet was made from the template that the program holds.
  const version = plainReader(group.props).text("launchTemplate", "version");
  const unclear = [
    ...(settings.unread.length > 0 ? [`launchTemplate.userData (it sets ${settings.unread.join(", ")})`] : []),
    ...(isOlder(version, found) ? ["launchTemplate.version (the program holds another one)"] : []),
  ];
  return { ...template, unknown: t.unknown.map((path) => `launchTemplate.${path}`), unclear };
}

/**
 * Size of the disk that pods write to. Amazon Linux has everything on its root device, Bottlerocket all that changes on its
 * second one; other disks are nobody's before somebody mounts them.
 * Sources: Amazon EC2 user guide, "Device names for volumes"; Bottlerocket documentation, "Data volume".
 */
function diskOfPods(template: Reader, { isBottlerocket }: NodeSettings, image: string | undefined): Count {
  const devices = isBottlerocket || image?.startsWith("BOTTLEROCKET") ? ["/dev/xvdb"] : ["/dev/xvda", "/dev/sda1"];
  const disk = template
    .parts("blockDeviceMappings")
    .find((mapping) => devices.includes(mapping.text("deviceName") ?? ""));
  return disk?.detail("ebs", "volumeSize");
}

/** vCPUs that a machine is left with; undefined where the template takes none away. */
function vcpusOf(template: Reader): number | undefined {
  const threads = template.count("cpuOptions", "threadsPerCore");
  const cores = template.count("cpuOptions", "coreCount");
  // Bridged providers answer 0 where nothing was given. Two threads are what every core has that can have them.
  if (!cores && threads !== 1) return undefined;
  if (!cores) template.missing("cpuOptions", "coreCount");
  return (cores || 0) * (threads || 1);
}

/**
 * Whether a group is pinned to a version that the program does not hold: that of the template's resource is the newest. While
 * a template is not made yet its first version is.
 */
function isOlder(version: string | undefined, template: ObservedResource): boolean {
  const t = plainReader(template.props);
  const newest = t.detail("latestVersion");
  const standard = t.detail("defaultVersion");
  if (version === "$Default") return typeof newest === "number" && typeof standard === "number" && standard !== newest;
  if (version === undefined || !/^\d+$/.test(version)) return false;
  return newest === null ? t.text("arn") !== undefined : newest !== undefined && Number(version) !== newest;
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
