import { overlap } from "../../../lib/plan/cidr";
import type { Making, Model } from "../model";
import { cidr, exactlyOne, matches, oneOf } from "../rules";
import { select, text } from "../wire";
import type { Thing } from "../world";
import { idIn, NCC_GROUP, NCC_HUB, NCC_SPOKE, NETWORK, project, SUBNETWORK, VPN_TUNNEL } from "./names";
import { computeName, rangesOf } from "./network";

const IAM_MEMBER = "gcp:networkconnectivity/hubIamMember:HubIamMember";
const LINKED = [
  "linkedVpcNetwork",
  "linkedVpnTunnels",
  "linkedInterconnectAttachments",
  "linkedRouterApplianceInstances",
  "linkedProducerVpcNetwork",
  "gateway",
] as const;
const isCidr = cidr();
const importRange = (value: unknown, subject: Parameters<typeof isCidr>[1]) =>
  value === "ALL_IPV4_RANGES" ? undefined : isCidr(value, subject);

/** Network Connectivity Center. Sources: its API reference (v1) and guide, and `ForceNew` in terraform-provider-google 7. */
export const connectivityModels: { readonly [type: string]: Model } = {
  [NCC_HUB]: {
    id: idIn(() => "locations/global/hubs"),
    name: computeName,
    unique: [],
    immutable: ["presetTopology", "policyMode"],
    values: {
      presetTopology: oneOf("MESH", "STAR", "HYBRID_INSPECTION"),
      policyMode: oneOf("PRESET", "CUSTOM"),
    },
    outputs: () => ({ presetTopology: "MESH", policyMode: "PRESET", state: "ACTIVE", routingVpcs: [] }),
  },
  [NCC_GROUP]: {
    id: (it) => `${text(it.inputs, "hub")}/groups/${text(it.inputs, "name")}`,
    immutable: ["hub"],
    unique: [],
    values: { name: oneOf("default", "center", "edge") },
    refers: { hub: { to: [NCC_HUB], holds: true } },
    world: [ofTheTopology],
    outputs: () => ({ state: "ACTIVE" }),
  },
  [NCC_SPOKE]: {
    id: idIn((it) => `locations/${text(it.inputs, "location")}/spokes`),
    name: computeName,
    unique: [],
    immutable: ["hub", "linkedVpcNetwork.uri", "linkedVpnTunnels.uris", "linkedVpnTunnels.siteToSiteDataTransfer"],
    values: {
      "linkedVpcNetwork.includeExportRanges[*]": isCidr,
      "linkedVpcNetwork.excludeExportRanges[*]": isCidr,
      "linkedVpnTunnels.includeImportRanges[*]": importRange,
      location: matches(/^(global|[a-z]+-[a-z]+\d+)$/, '"global" or a region'),
    },
    rules: [
      exactlyOne(...LINKED),
      ({ inputs }) => {
        const isVpc = inputs.linkedVpcNetwork !== undefined;
        const isGlobal = text(inputs, "location") === "global";
        if (isVpc === isGlobal || text(inputs, "location") === undefined) return undefined;
        return { property: "location", reason: isVpc ? 'must be "global" for a VPC network' : "must be a region" };
      },
    ],
    refers: {
      hub: { to: [NCC_HUB], holds: true },
      "linkedVpcNetwork.uri": { to: [NETWORK], holds: true },
      "linkedVpnTunnels.uris[*]": { to: [VPN_TUNNEL], holds: true },
    },
    world: [spokeOfOneHub, spokesApart, tunnelsOfHub],
    outputs: (it) => ({ ...spokeState(it), uniqueId: it.hex(12), group: groupOf(it) }),
  },
  [IAM_MEMBER]: {
    id: ({ inputs }) => `${text(inputs, "hub")}/${text(inputs, "role")}/${text(inputs, "member")}`,
    immutable: ["*"],
    unique: [["hub", "role", "member"]],
    values: {
      member: matches(
        /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|principal|principalSet|projectOwner|projectEditor|projectViewer):\S+)$/,
        "an IAM member such as serviceAccount:name@project.iam.gserviceaccount.com",
      ),
    },
    refers: { hub: { to: [NCC_HUB] } },
    outputs: () => ({ etag: "BwX=" }),
  },
};

function groupOf(it: Making): string {
  return text(it.inputs, "group") ?? "default";
}

/** Groups follow from the topology: a mesh has `default`, a star `center` and `edge`. */
function ofTheTopology(it: Making): string | undefined {
  const topology = text(it.target("hub")?.outputs, "presetTopology");
  const name = text(it.inputs, "name");
  const known = topology === "STAR" ? ["center", "edge"] : ["default"];
  return topology === undefined || known.includes(name ?? "")
    ? undefined
    : `name: a hub of topology ${topology} has ${known.join(" and ")}, not ${name}`;
}

/** A spoke of another project waits for the hub's owner, unless its group accepts that project by itself. */
function spokeState(it: Making) {
  const hub = it.target("hub");
  const isOwn = hub === undefined || hub.id.split("/")[1] === project(it);
  const isListed =
    hub !== undefined &&
    [...it.world.usersOf(hub)].some(
      ({ type, inputs }) =>
        type === NCC_GROUP &&
        text(inputs, "name") === groupOf(it).split("/").at(-1) &&
        select(inputs, "autoAccept.autoAcceptProjects[*]").some(({ value }) => value === project(it)),
    );
  if (isOwn || isListed) return { state: "ACTIVE", reasons: [] };
  return {
    state: "INACTIVE",
    reasons: [{ code: "PENDING_REVIEW", message: "the hub's administrator must accept it" }],
  };
}

function networkOf(spoke: Pick<Thing, "uses">): Thing | undefined {
  return spoke.uses.find(({ target }) => target.type === NETWORK)?.target;
}

function siblings(it: Making): Thing[] {
  const hub = it.target("hub");
  return hub === undefined
    ? []
    : [...it.world.usersOf(hub)].filter(({ type, id }) => type === NCC_SPOKE && id !== it.id);
}

/** A network is a spoke of one hub at a time, and once. */
function spokeOfOneHub(it: Making): string | undefined {
  const network = it.target("linkedVpcNetwork.uri");
  if (network === undefined) return undefined;
  const other = [...it.world.usersOf(network)].find(({ type, id }) => type === NCC_SPOKE && id !== it.id);
  return other === undefined ? undefined : `linkedVpcNetwork.uri: ${network.id} is linked by ${other.id} already`;
}

/** Subnets of spokes must be apart, as far as they are exported. */
function spokesApart(it: Making): string | undefined {
  const network = it.target("linkedVpcNetwork.uri");
  if (network === undefined) return undefined;
  const mine = primaryRanges(it, network);
  for (const sibling of siblings(it)) {
    const other = networkOf(sibling);
    if (other === undefined) continue;
    if (primaryRanges(it, other).some((theirs) => mine.some((one) => overlap(one, theirs))))
      return `linkedVpcNetwork.uri: a subnet of ${network.id} overlaps one of ${other.id}; spokes must be apart`;
  }
  return undefined;
}

function primaryRanges(it: Making, network: Thing) {
  return [...it.world.usersOf(network)].filter(({ type }) => type === SUBNETWORK).flatMap(rangesOf);
}

/** Tunnels are of a network in the hub's project, in the spoke's region, and of one spoke. */
function tunnelsOfHub(it: Making): string | undefined {
  const hub = it.target("hub");
  for (const tunnel of it.targets("linkedVpnTunnels.uris[*]")) {
    const [, owner, , region] = tunnel.id.split("/");
    if (hub !== undefined && owner !== hub.id.split("/")[1])
      return `linkedVpnTunnels.uris: ${tunnel.id} is not in ${hub.id.split("/")[1]}, the project of the hub`;
    if (region !== text(it.inputs, "location"))
      return `linkedVpnTunnels.uris: ${tunnel.id} is not in ${text(it.inputs, "location")}, the location of the spoke`;
    const other = [...it.world.usersOf(tunnel)].find(({ type, id }) => type === NCC_SPOKE && id !== it.id);
    if (other !== undefined) return `linkedVpnTunnels.uris: ${tunnel.id} is linked by ${other.id} already`;
  }
  return undefined;
}
