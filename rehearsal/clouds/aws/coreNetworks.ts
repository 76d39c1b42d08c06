import { overlap } from "../../../lib/plan/cidr";
import type { Making, Model, Reference } from "../model";
import { cidrsAt, matches, oneOf } from "../rules";
import { text } from "../wire";
import type { Thing } from "../world";
import { arn, CORE_ACCEPTER, CORE_NETWORK, CORE_POLICY, CORE_VPC, CORE_VPN, SUBNET, VPC, VPN_CONNECTION } from "./arns";
import { edgeOf, type Policy, policyDocument, readPolicy } from "./corePolicy";
import { sharedWith } from "./sharing";

/** A core network is of all regions, and other accounts attach to it where it is shared with them. */
const inCore: Reference = { to: [CORE_NETWORK], holds: true, isAnywhere: true };
const GLOBAL_NETWORK = "aws:networkmanager/globalNetwork:GlobalNetwork";
const hexId =
  (kind: string): NonNullable<Model["id"]> =>
  ({ hex }) =>
    `${kind}-0${hex(16)}`;

/** Cloud WAN. Sources: the Network Manager API reference, the Cloud WAN guide, and `ForceNew` in terraform-provider-aws 6. */
export const coreNetworkModels: { readonly [type: string]: Model } = {
  [GLOBAL_NETWORK]: {
    scope: "account",
    id: hexId("global-network"),
    outputs: (it) => ({ arn: arn(it, "networkmanager", `global-network/${it.id}`, true) }),
  },
  [CORE_NETWORK]: {
    scope: "account",
    id: hexId("core-network"),
    immutable: ["globalNetworkId"],
    unique: [["globalNetworkId"]],
    refers: { globalNetworkId: { to: [GLOBAL_NETWORK], holds: true } },
    outputs: (it) => ({ arn: arn(it, "networkmanager", `core-network/${it.id}`, true), state: "AVAILABLE" }),
  },
  [CORE_POLICY]: {
    scope: "account",
    id: ({ inputs }) => text(inputs, "coreNetworkId") ?? "",
    immutable: ["coreNetworkId"],
    unique: [["coreNetworkId"]],
    values: { policyDocument },
    refers: { coreNetworkId: { to: [CORE_NETWORK], holds: true } },
    world: [edgesInUse],
    outputs: () => ({ state: "AVAILABLE" }),
  },
  [CORE_VPC]: {
    id: hexId("attachment"),
    immutable: ["coreNetworkId", "vpcArn"],
    unique: [["coreNetworkId", "vpcArn"]],
    refers: {
      coreNetworkId: inCore,
      vpcArn: { to: [VPC], holds: true },
      "subnetArns[*]": { to: [SUBNET], holds: true },
    },
    world: [mayAttach, atAnEdge, subnetPerZone],
    outputs: (it) => ({
      ...attachment(it, "VPC", text(it.inputs, "vpcArn")),
      options: {
        applianceModeSupport: false,
        dnsSupport: true,
        ipv6Support: false,
        securityGroupReferencingSupport: true,
      },
    }),
  },
  [CORE_VPN]: {
    id: hexId("attachment"),
    immutable: ["coreNetworkId", "vpnConnectionArn"],
    unique: [["vpnConnectionArn"]],
    refers: { coreNetworkId: inCore, vpnConnectionArn: { to: [VPN_CONNECTION], holds: true, isAnywhere: true } },
    world: [mayAttach, atAnEdge, unattached, insideFree],
    outputs: (it) => attachment(it, "SITE_TO_SITE_VPN", text(it.inputs, "vpnConnectionArn")),
  },
  [CORE_ACCEPTER]: {
    scope: "account",
    id: ({ inputs }) => text(inputs, "attachmentId") ?? "",
    immutable: ["*"],
    unique: [["attachmentId"]],
    values: {
      attachmentId: matches(/^attachment-[0-9a-f]+$/, "the id of an attachment"),
      attachmentType: oneOf(
        "CONNECT",
        "DIRECT_CONNECT_GATEWAY",
        "SITE_TO_SITE_VPN",
        "TRANSIT_GATEWAY_ROUTE_TABLE",
        "VPC",
      ),
    },
    refers: { attachmentId: { to: [CORE_VPC, CORE_VPN], isAnywhere: true } },
    world: [acceptedByOwner],
    outputs: (it) => ({ state: "AVAILABLE", edgeLocation: edgeLocation(it.target("attachmentId")) }),
  },
};

function attachment(it: Making, attachmentType: string, resourceArn: string | undefined) {
  const policy = policyOf(it);
  const segment = policy?.segment;
  return {
    arn: arn(it, "networkmanager", `attachment/${it.id}`, true),
    attachmentType,
    attachmentPolicyRuleNumber: policy?.ruleNumber ?? 0,
    coreNetworkArn: it.target("coreNetworkId")?.outputs.arn,
    edgeLocation: edge(it),
    ownerAccountId: it.account.owner,
    resourceArn,
    segmentName: segment?.name ?? "",
    state: segment?.isAccepted === false ? "PENDING_ATTACHMENT_ACCEPTANCE" : "AVAILABLE",
  };
}

/** The region of what is attached: of a VPN connection its own. */
function edge(it: Making): string | undefined {
  const vpn = it.target("vpnConnectionArn");
  return vpn === undefined ? it.region : vpn.scope.split("/").at(-1);
}

function edgeLocation(thing: Thing | undefined): string {
  return text(thing?.outputs, "edgeLocation") ?? "";
}

/** The policy that is live, as far as attachments depend on it. */
function policyOf(it: Making): Policy | undefined {
  const core = it.target("coreNetworkId");
  const live = core && [...it.world.usersOf(core)].find(({ type }) => type === CORE_POLICY);
  return live && readPolicy(text(live.inputs, "policyDocument") ?? "{}");
}

function mayAttach(it: Making): string | undefined {
  const core = it.target("coreNetworkId");
  const owner = core?.scope.split("/")[1];
  if (core === undefined || owner === it.account.owner) return undefined;
  const refusal = sharedWith(it, core, it.account.owner ?? "");
  return refusal === undefined ? undefined : `coreNetworkId: ${core.id} is of account ${owner}, ${refusal}`;
}

function atAnEdge(it: Making): string | undefined {
  const core = it.target("coreNetworkId");
  if (core === undefined) return undefined;
  const policy = policyOf(it);
  if (policy === undefined) return `coreNetworkId: ${core.id} has no live policy yet; make the attachment after that`;
  const region = edge(it);
  if (edgeOf(policy, region) === undefined)
    return `coreNetworkId: ${core.id} has no edge in ${region}; add it to edge-locations of its policy`;
  return policy.segment === undefined ? `coreNetworkId: no rule of ${core.id}'s policy gives it a segment` : undefined;
}

function subnetPerZone(it: Making): string | undefined {
  const vpc = it.target("vpcArn")?.id;
  const zones = new Set<unknown>();
  for (const subnet of it.targets("subnetArns[*]")) {
    if (text(subnet.inputs, "vpcId") !== vpc) return `subnetArns: ${subnet.id} is not in ${vpc}`;
    const zone = text(subnet.outputs, "availabilityZone");
    if (zones.has(zone)) return `subnetArns: two subnets are in ${zone}; give one for each zone`;
    zones.add(zone);
  }
  return undefined;
}

/** A VPN connection has one end. */
function unattached(it: Making): string | undefined {
  const vpn = it.target("vpnConnectionArn");
  const gateway = ["transitGatewayId", "vpnGatewayId"].flatMap((path) => text(vpn?.inputs, path) ?? []);
  return gateway.length === 0 ? undefined : `vpnConnectionArn: ${vpn?.id} ends at ${gateway[0]} already`;
}

/** Inside addresses are unique among the VPN connections of one edge. */
function insideFree(it: Making): string | undefined {
  const [core, vpn] = [it.target("coreNetworkId"), it.target("vpnConnectionArn")];
  if (core === undefined || vpn === undefined) return undefined;
  for (const other of it.world.usersOf(core)) {
    if (other.type !== CORE_VPN || other.id === it.id || edgeLocation(other) !== edge(it)) continue;
    const theirs = other.uses.find(({ target }) => target.type === VPN_CONNECTION)?.target;
    if (theirs === undefined) continue;
    if (insides(vpn).some((one) => insides(theirs).some((two) => overlap(one, two))))
      return `vpnConnectionArn: ${theirs.id} has the same inside addresses at the edge of ${edge(it)}`;
  }
  return undefined;
}

function insides({ inputs }: Thing) {
  return [...cidrsAt(inputs, "tunnel1InsideCidr"), ...cidrsAt(inputs, "tunnel2InsideCidr")];
}

function acceptedByOwner(it: Making): string | undefined {
  const attached = it.target("attachmentId");
  if (attached === undefined) return undefined;
  const core = attached.uses.find(({ target }) => target.type === CORE_NETWORK)?.target;
  const owner = core?.scope.split("/")[1];
  if (owner !== undefined && owner !== it.account.owner)
    return `attachmentId: ${attached.id} is of a core network of account ${owner}, which alone can accept it`;
  const type = text(attached.outputs, "attachmentType");
  const said = text(it.inputs, "attachmentType");
  return type === said ? undefined : `attachmentType: ${attached.id} is of type ${type}, not ${said}`;
}

/** An edge that attachments are at cannot be taken away. */
function edgesInUse(it: Making): string | undefined {
  const core = it.target("coreNetworkId");
  if (core === undefined) return undefined;
  const policy = readPolicy(text(it.inputs, "policyDocument") ?? "{}");
  const stranded = [...it.world.usersOf(core)].find(
    (user) => [CORE_VPC, CORE_VPN].includes(user.type) && edgeOf(policy, edgeLocation(user)) === undefined,
  );
  return stranded === undefined
    ? undefined
    : `policyDocument: ${stranded.id} is at the edge of ${edgeLocation(stranded)}; delete it before that edge`;
}
