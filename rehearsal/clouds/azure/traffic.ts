import { parseAddress } from "../../../lib/plan/cidr";
import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { between, matches, oneOf, region, requires } from "../rules";
import { at, select, text } from "../wire";
import { inGroup, inside, pathId } from "./names";

export const DNS_ZONE = "azure-native:dns:Zone";
export const RECORD_SET = "azure-native:dns:RecordSet";
export const PROFILE = "azure-native:trafficmanager:Profile";
const NETWORK = "Microsoft.Network";

const isPerformance = (inputs: unknown) => text(inputs, "trafficRoutingMethod") === "Performance";

/** Azure DNS and Traffic Manager. Sources: their REST APIs, 2018-05-01 and 2022-04-01, and Traffic Manager's limits. */
export const trafficModels: { readonly [type: string]: Model } = {
  [DNS_ZONE]: {
    id: pathId(NETWORK, "dnsZones", "zoneName"),
    name: {
      property: "zoneName",
      rule: matches(/^(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})+$/, "a DNS name of two labels or more"),
      maxLength: 253,
    },
    unique: [],
    values: { location: oneOf("global", "Global"), zoneType: oneOf("Public", "Private") },
    refers: inGroup,
    outputs: (it) => {
      const number = String((Number.parseInt(it.hex(2), 16) % 60) + 1).padStart(2, "0");
      return {
        nameServers: ["com", "net", "org", "info"].map((end, i) => `ns${i + 1}-${number}.azure-dns.${end}.`),
        numberOfRecordSets: 2,
        maxNumberOfRecordSets: 10_000,
        type: "Microsoft.Network/dnszones",
      };
    },
  },
  [RECORD_SET]: {
    id: (it) =>
      pathId(NETWORK, "dnsZones", "zoneName")(it) +
      `/${text(it.inputs, "recordType")}/${text(it.inputs, "relativeRecordSetName")}`,
    unique: [],
    immutable: ["recordType", "relativeRecordSetName", "zoneName"],
    values: { ttl: between(1, 2_147_483_647, "seconds") },
    rules: [
      requires(
        "cnameRecord",
        ({ inputs }) => text(inputs, "recordType") === "CNAME" && !("targetResource" in inputs),
        "for a CNAME",
      ),
      ({ inputs }) =>
        text(inputs, "recordType") === "CNAME" && text(inputs, "relativeRecordSetName") === "@"
          ? { property: "relativeRecordSetName", reason: "must not be the zone itself for a CNAME" }
          : undefined,
    ],
    refers: { ...inGroup, ...inside("zoneName", DNS_ZONE, NETWORK, "dnsZones") },
    handles: [],
    outputs: (it) => ({ type: `Microsoft.Network/dnszones/${text(it.inputs, "recordType")}` }),
  },
  [PROFILE]: {
    id: pathId(NETWORK, "trafficManagerProfiles", "profileName"),
    name: {
      property: "profileName",
      rule: matches(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/, "1 to 63 letters, digits, hyphens and dots"),
      maxLength: 63,
    },
    unique: [],
    immutable: ["dnsConfig.relativeName"],
    values: {
      ...{ location: oneOf("global"), "dnsConfig.ttl": between(0, 2_147_483_647, "seconds") },
      trafficRoutingMethod: oneOf("Performance", "Priority", "Weighted", "Geographic", "MultiValue", "Subnet"),
      "dnsConfig.relativeName": matches(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i, "a DNS label of 1 to 63 characters"),
      "monitorConfig.protocol": oneOf("HTTP", "HTTPS", "TCP"),
      "monitorConfig.intervalInSeconds": oneOf(10, 30),
      "monitorConfig.toleratedNumberOfFailures": between(0, 9, "failures"),
      "monitorConfig.port": between(1, 65_535),
      "endpoints[*].weight": between(1, 1000),
      "endpoints[*].priority": between(1, 1000),
      "endpoints[*].endpointStatus": oneOf("Enabled", "Disabled"),
      "endpoints[*].endpointLocation": region("azure"),
    },
    rules: [timeout, oncePerProfile, endpointsFit],
    refers: { ...inGroup, "endpoints[*].targetResourceId": { to: [PROFILE], holds: true } },
    world: [labelIsFree, notItself],
    outputs: (it) => ({
      dnsConfig: { fqdn: `${text(it.inputs, "dnsConfig.relativeName")}.trafficmanager.net` },
      monitorConfig: { profileMonitorStatus: "CheckingEndpoints" },
      profileStatus: "Enabled",
      type: "Microsoft.Network/trafficManagerProfiles",
    }),
  },
};

/** 5 to 10 seconds with an interval of 30, 5 to 9 with one of 10. */
function timeout({ inputs }: Subject): CheckFailure | undefined {
  const value = at(inputs, "monitorConfig.timeoutInSeconds");
  if (typeof value !== "number") return undefined;
  const most = at(inputs, "monitorConfig.intervalInSeconds") === 10 ? 9 : 10;
  return value >= 5 && value <= most
    ? undefined
    : {
        property: "monitorConfig.timeoutInSeconds",
        reason: `must be from 5 to ${most} seconds with this interval; got ${value}`,
      };
}

/** Names, targets and priorities are given once, and there are at most 200 endpoints. */
function oncePerProfile({ inputs }: Subject): CheckFailure | undefined {
  const endpoints = select(inputs, "endpoints[*]");
  if (endpoints.length > 200) return { property: "endpoints", reason: `must be at most 200; got ${endpoints.length}` };
  const isPriority = text(inputs, "trafficRoutingMethod") === "Priority";
  for (const field of ["name", "target", "targetResourceId", ...(isPriority ? ["priority"] : [])]) {
    const seen = new Set<unknown>();
    for (const { path, value } of select(inputs, `endpoints[*].${field}`)) {
      if (seen.has(value)) return { property: path, reason: `is ${value} a second time in this profile` };
      if (typeof value === "string" || typeof value === "number") seen.add(value);
    }
  }
  return undefined;
}

function endpointsFit({ inputs }: Subject): CheckFailure | undefined {
  for (const { path, value } of select(inputs, "endpoints[*]")) {
    const type = text(value, "type") ?? "";
    const has = (field: string) => (value as Record<string, unknown>)[field] !== undefined;
    if (/externalEndpoints$/i.test(type) && !has("target"))
      return { property: `${path}.target`, reason: "must be given for an external endpoint" };
    if (/nestedEndpoints$/i.test(type) && !has("targetResourceId"))
      return { property: `${path}.targetResourceId`, reason: "must be given for a nested endpoint" };
    if (/nestedEndpoints$/i.test(type) && !has("minChildEndpoints"))
      return { property: `${path}.minChildEndpoints`, reason: "must be given for a nested endpoint" };
    if (isPerformance(inputs) && !/azureEndpoints$/i.test(type) && !has("endpointLocation"))
      return {
        property: `${path}.endpointLocation`,
        reason: "must be given for this endpoint of a Performance profile",
      };
    const target = text(value, "target");
    if (target !== undefined && /^[\d.]+$/.test(target) && parseAddress(target) === undefined)
      return { property: `${path}.target`, reason: `must be an address or a name; got "${target}"` };
  }
  return undefined;
}

/** All customers share the names below trafficmanager.net. */
function labelIsFree(it: Making): string | undefined {
  const label = text(it.inputs, "dnsConfig.relativeName")?.toLowerCase();
  for (const other of it.world.all(PROFILE, it.scope)) {
    if (other.id.toLowerCase() === it.id.toLowerCase()) continue;
    if (text(other.inputs, "dnsConfig.relativeName")?.toLowerCase() === label)
      return `dnsConfig.relativeName: ${label}.trafficmanager.net is taken by ${other.id}`;
  }
  return undefined;
}

function notItself(it: Making): string | undefined {
  const isLoop = it
    .targets("endpoints[*].targetResourceId")
    .some((one) => one.id.toLowerCase() === it.id.toLowerCase());
  return isLoop ? "endpoints: a profile cannot nest itself" : undefined;
}
