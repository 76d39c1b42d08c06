import { type Cidr, parseCidr } from "../../lib/plan/cidr";
import { at, type Clouds, covers, last, list, type Resource, text } from "./model";

/** A network's place at its cloud's wide area network, once whoever owns that has let it in. */
export interface Membership {
  /** Id of the core network, hub or virtual WAN. */
  readonly wan: string;
  readonly mtuBytes: number;
  /** Ranges of the network that the others learn. */
  readonly exports: readonly string[];
  /** Zones from which packets get there; undefined for all. */
  readonly zones: ReadonlySet<string> | undefined;
}

/** Members by the id of their network: VPC id, network name, or VNet id in lower case. */
export function members(clouds: Clouds): ReadonlyMap<string, Membership> {
  return new Map([...awsMembers(clouds), ...gcpMembers(clouds), ...azureMembers(clouds)]);
}

/** The policy that a core network has, as its document says. */
export interface CorePolicy {
  readonly "core-network-configuration": {
    readonly "edge-locations": readonly { readonly location: string; readonly asn?: number }[];
  };
  readonly segments: readonly { readonly name: string; readonly "require-attachment-acceptance"?: boolean }[];
}

export function corePolicy(clouds: Clouds, core: string): CorePolicy | undefined {
  const found = clouds
    .all("aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment")
    .find((one) => text(one, "coreNetworkId") === core);
  return found && (JSON.parse(text(found, "policyDocument")) as CorePolicy);
}

/** Whether an attachment is in: its region has an edge, and it is accepted unless its segment asks for no acceptance. */
export function isIn(clouds: Clouds, attachment: Resource): boolean {
  const policy = corePolicy(clouds, text(attachment, "coreNetworkId"));
  const region = text(attachment, "edgeLocation");
  const edges = policy?.["core-network-configuration"]["edge-locations"] ?? [];
  if (!edges.some(({ location }) => location === region)) return false;
  const segment = policy?.segments.find(({ name }) => name === text(attachment, "segmentName"));
  if (segment?.["require-attachment-acceptance"] === false) return true;
  return clouds
    .all("aws:networkmanager/attachmentAccepter:AttachmentAccepter")
    .some((one) => text(one, "attachmentId") === attachment.id);
}

function* awsMembers(clouds: Clouds): Iterable<readonly [string, Membership]> {
  for (const attachment of clouds.all("aws:networkmanager/vpcAttachment:VpcAttachment")) {
    if (!isIn(clouds, attachment)) continue;
    const vpc = clouds.all("aws:ec2/vpc:Vpc").find((one) => text(one, "arn") === text(attachment, "vpcArn"));
    const arns = new Set(list(attachment, "subnetArns"));
    const subnets = clouds.all("aws:ec2/subnet:Subnet").filter((one) => arns.has(text(one, "arn")));
    yield [
      vpc?.id ?? "",
      {
        wan: text(attachment, "coreNetworkId"),
        mtuBytes: 8500,
        exports: [text(vpc, "cidrBlock")],
        zones: new Set(subnets.map((one) => text(one, "availabilityZone"))),
      },
    ];
  }
}

function* gcpMembers(clouds: Clouds): Iterable<readonly [string, Membership]> {
  for (const spoke of clouds.all("gcp:networkconnectivity/spoke:Spoke")) {
    const uri = text(spoke, "linkedVpcNetwork.uri");
    if (uri === "" || text(spoke, "state") !== "ACTIVE") continue;
    const included = list(spoke, "linkedVpcNetwork.includeExportRanges").map(String);
    const subnets = clouds
      .all("gcp:compute/subnetwork:Subnetwork")
      .filter((one) => last(text(one, "network")) === last(uri))
      .map((one) => text(one, "ipCidrRange"))
      .filter((range) => included.length === 0 || isCovered(included, parseCidr(range)));
    yield [last(uri), { wan: text(spoke, "hub"), mtuBytes: 1460, exports: subnets, zones: undefined }];
  }
}

function* azureMembers(clouds: Clouds): Iterable<readonly [string, Membership]> {
  for (const connection of clouds.all("azure-native:network:HubVirtualNetworkConnection")) {
    const id = text(connection, "remoteVirtualNetwork.id").toLowerCase();
    const vnet = clouds.all("azure-native:network:VirtualNetwork").find((one) => one.id?.toLowerCase() === id);
    const hub = clouds
      .all("azure-native:network:VirtualHub")
      .find((one) => connection.id?.toLowerCase().startsWith(`${one.id?.toLowerCase()}/`));
    const wan = azureWan(clouds, text(hub, "virtualWan.id"));
    if (wan === undefined) continue;
    const exports = list(vnet, "addressSpace.addressPrefixes").map(String);
    yield [id, { wan, mtuBytes: 1500, exports, zones: undefined }];
  }
}

/** A virtual WAN by its id, in lower case, if its hubs reach each other: those of type Basic do not. */
export function azureWan(clouds: Clouds, id: string): string | undefined {
  const wan = clouds.all("azure-native:network:VirtualWan").find((one) => one.id?.toLowerCase() === id.toLowerCase());
  return at(wan, "type") === "Standard" ? id.toLowerCase() : undefined;
}

export function isCovered(ranges: readonly string[], target: Cidr): boolean {
  return ranges.some((range) => covers(range, target));
}
