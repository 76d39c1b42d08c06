import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { between, matches, oneOf, requires } from "../rules";
import { at, select, text } from "../wire";
import { inGroup, inside, pathId } from "./names";

const CDN = "Microsoft.Cdn";
const PROFILE = "azure-native:cdn:Profile";
const ENDPOINT = "azure-native:cdn:AFDEndpoint";
const ORIGIN_GROUP = "azure-native:cdn:AFDOriginGroup";
const ORIGIN = "azure-native:cdn:AFDOrigin";
const DOMAIN = "azure-native:cdn:AFDCustomDomain";
const ROUTE = "azure-native:cdn:Route";

const inProfile = { ...inGroup, ...inside("profileName", PROFILE, CDN, "profiles") };
const groupPath = pathId(CDN, "profiles", "profileName", "originGroups", "originGroupName");

/** Front Door Standard and Premium. Sources: the REST API of Microsoft.Cdn, 2024-09-01, and "Origins and origin groups". */
export const frontDoorModels: { readonly [type: string]: Model } = {
  [PROFILE]: {
    id: pathId(CDN, "profiles", "profileName"),
    name: { property: "profileName", maxLength: 260 },
    unique: [],
    immutable: ["sku.name", "location"],
    values: {
      location: oneOf("global", "Global"),
      "sku.name": oneOf("Standard_AzureFrontDoor", "Premium_AzureFrontDoor"),
      originResponseTimeoutSeconds: between(16, 240, "seconds"),
    },
    refers: inGroup,
    outputs: (it) => ({ frontDoorId: it.hex(32), resourceState: "Active", type: "Microsoft.Cdn/profiles" }),
  },
  [ENDPOINT]: {
    id: pathId(CDN, "profiles", "profileName", "afdEndpoints", "endpointName"),
    name: {
      property: "endpointName",
      rule: matches(
        /^(?=.{2,46}$)[a-z0-9](-?[a-z0-9])+$/i,
        "2 to 46 letters, digits and hyphens, the first and last no hyphen",
      ),
      maxLength: 46,
    },
    unique: [],
    values: { location: oneOf("global", "Global"), enabledState: oneOf("Enabled", "Disabled") },
    refers: inProfile,
    outputs: (it) => ({
      hostName: `${text(it.inputs, "endpointName")}-${it.hex(16)}.z01.azurefd.net`.toLowerCase(),
      type: "Microsoft.Cdn/profiles/afdendpoints",
    }),
  },
  [ORIGIN_GROUP]: {
    id: groupPath,
    name: { property: "originGroupName", maxLength: 90 },
    unique: [],
    values: {
      "healthProbeSettings.probeIntervalInSeconds": between(1, 255, "seconds"),
      "healthProbeSettings.probeProtocol": oneOf("NotSet", "Http", "Https"),
      "healthProbeSettings.probeRequestType": oneOf("NotSet", "GET", "HEAD"),
      "loadBalancingSettings.sampleSize": between(1, 255, "samples"),
      "loadBalancingSettings.successfulSamplesRequired": between(1, 255, "samples"),
      "loadBalancingSettings.additionalLatencyInMilliseconds": between(0, 1000, "ms"),
      trafficRestorationTimeToHealedOrNewEndpointsInMinutes: between(0, 50, "minutes"),
    },
    rules: [requires("loadBalancingSettings", () => true, "for an origin group"), samples],
    refers: inProfile,
    outputs: () => ({ type: "Microsoft.Cdn/profiles/origingroups" }),
  },
  [ORIGIN]: {
    id: pathId(CDN, "profiles", "profileName", "originGroups", "originGroupName", "origins", "originName"),
    name: { property: "originName", maxLength: 90 },
    unique: [],
    values: {
      ...{ weight: between(1, 1000), priority: between(1, 5) },
      ...{ httpPort: between(1, 65_535), httpsPort: between(1, 65_535) },
      enabledState: oneOf("Enabled", "Disabled"),
    },
    rules: [requires("hostName", ({ inputs }) => !("azureOrigin" in inputs), "without azureOrigin")],
    refers: { ...inProfile, originGroupName: { to: [ORIGIN_GROUP], handle: (_, subject) => groupPath(subject) } },
    world: [oncePerGroup],
    outputs: () => ({ type: "Microsoft.Cdn/profiles/origingroups/origins" }),
  },
  [DOMAIN]: {
    id: pathId(CDN, "profiles", "profileName", "customDomains", "customDomainName"),
    name: { property: "customDomainName", maxLength: 260 },
    unique: [],
    immutable: ["hostName"],
    values: {
      hostName: matches(/^(?=.{1,253}$)[a-z0-9_*-]{1,63}(\.[a-z0-9-]{1,63})+$/i, "a DNS name"),
      "tlsSettings.certificateType": oneOf(
        "CustomerCertificate",
        "ManagedCertificate",
        "AzureFirstPartyManagedCertificate",
      ),
    },
    refers: inProfile,
    world: [domainIsFree],
    outputs: (it) => ({
      domainValidationState: "Pending",
      validationProperties: { validationToken: it.hex(32, "token"), expirationDate: "2026-12-31T00:00:00Z" },
      type: "Microsoft.Cdn/profiles/customdomains",
    }),
  },
  [ROUTE]: {
    id: pathId(CDN, "profiles", "profileName", "afdEndpoints", "endpointName", "routes", "routeName"),
    name: { property: "routeName", maxLength: 90 },
    unique: [],
    values: {
      "supportedProtocols[*]": oneOf("Http", "Https"),
      forwardingProtocol: oneOf("HttpOnly", "HttpsOnly", "MatchRequest"),
      httpsRedirect: oneOf("Enabled", "Disabled"),
      linkToDefaultDomain: oneOf("Enabled", "Disabled"),
    },
    refers: {
      ...inProfile,
      "originGroup.id": { to: [ORIGIN_GROUP], holds: true },
      "customDomains[*].id": { to: [DOMAIN], holds: true },
    },
    world: [hasOrigin, isReachable],
    outputs: () => ({ type: "Microsoft.Cdn/profiles/afdendpoints/routes" }),
  },
};

function samples({ inputs }: Subject): CheckFailure | undefined {
  const all = at(inputs, "loadBalancingSettings.sampleSize");
  const needed = at(inputs, "loadBalancingSettings.successfulSamplesRequired");
  return typeof all === "number" && typeof needed === "number" && needed > all
    ? {
        property: "loadBalancingSettings.successfulSamplesRequired",
        reason: `must be at most the sampleSize of ${all}; got ${needed}`,
      }
    : undefined;
}

const isOf = (group: unknown, id: string) =>
  typeof group === "string" && id.toLowerCase().startsWith(`${group.toLowerCase()}/`);

function oncePerGroup(it: Making): string | undefined {
  const group = groupPath(it);
  for (const other of it.world.all(ORIGIN, it.scope))
    if (other.id !== it.id && isOf(group, other.id) && text(other.inputs, "hostName") === text(it.inputs, "hostName"))
      return `hostName: ${text(it.inputs, "hostName")} is that of ${other.id} in the same origin group`;
  return undefined;
}

/** A name belongs to one profile of all of Azure. */
function domainIsFree(it: Making): string | undefined {
  for (const other of it.world.all(DOMAIN, it.scope))
    if (
      other.id.toLowerCase() !== it.id.toLowerCase() &&
      text(other.inputs, "hostName") === text(it.inputs, "hostName")
    )
      return `hostName: ${text(it.inputs, "hostName")} is that of ${other.id} already`;
  return undefined;
}

function hasOrigin(it: Making): string | undefined {
  const group = text(it.inputs, "originGroup.id");
  for (const origin of it.world.all(ORIGIN, it.scope))
    if (isOf(group, origin.id) && text(origin.inputs, "enabledState") !== "Disabled") return undefined;
  return "originGroup: At least one enabled origin must be in the origin group of an enabled route";
}

function isReachable({ inputs }: Making): string | undefined {
  const isLinked = text(inputs, "linkToDefaultDomain") === "Enabled";
  return isLinked || select(inputs, "customDomains[*].id").length > 0
    ? undefined
    : "customDomains: a route needs a custom domain, or linkToDefaultDomain";
}
