import { parseAddress } from "../../../lib/plan/cidr";
import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { ascending, between, exactlyOne, has, matches, oneOf, region, requires } from "../rules";
import { at, isUnknown, select, text } from "../wire";
import { idIn, project } from "./names";
import { computeName } from "./network";

export const MANAGED_ZONE = "gcp:dns/managedZone:ManagedZone";
export const RECORD_SET = "gcp:dns/recordSet:RecordSet";
export const HEALTH_CHECK = "gcp:compute/healthCheck:HealthCheck";

const ABSOLUTE = matches(
  /^(?=.{2,254}$)([\w-]{1,63}\.)+$/,
  "an absolute DNS name, labels of 1 to 63 characters, that ends with a dot",
);
const CHECKS = ["http", "https", "tcp", "ssl", "http2", "grpc", "grpcTls"].map((one) => `${one}HealthCheck`);
const isChecked = ({ inputs }: Subject) => select(inputs, "sourceRegions").length > 0;

/** Cloud DNS, and the health checks that it uses. Sources: their API references, and terraform-provider-google 7. */
export const dnsModels: { readonly [type: string]: Model } = {
  [MANAGED_ZONE]: {
    id: idIn(() => "managedZones"),
    name: computeName,
    unique: [],
    immutable: ["dnsName", "name", "visibility", "reverseLookup"],
    values: { dnsName: ABSOLUTE, visibility: oneOf("public", "private") },
    handles: ["name"],
    outputs: (it) => {
      const pool = "abcde"[Number.parseInt(it.hex(2), 16) % 5];
      return {
        nameServers: [1, 2, 3, 4].map((i) => `ns-cloud-${pool}${i}.googledomains.com.`),
        managedZoneId: String(Number.parseInt(it.hex(12), 16)),
        creationTime: "2026-01-01T00:00:00Z",
        visibility: "public",
      };
    },
  },
  [RECORD_SET]: {
    id: (it) =>
      `projects/${project(it)}/managedZones/${text(it.inputs, "managedZone")}/rrsets/${text(it.inputs, "name")}/${text(it.inputs, "type")}`,
    unique: [["managedZone", "name", "type"]],
    immutable: ["managedZone", "name", "type"],
    values: {
      ...{ name: ABSOLUTE, ttl: between(0, 2_147_483_647, "seconds") },
      "routingPolicy.geos[*].location": region("gcp"),
      "routingPolicy.primaryBackup.backupGeos[*].location": region("gcp"),
      "routingPolicy.geos[*].healthCheckedTargets.externalEndpoints[*]": address,
      "routingPolicy.primaryBackup.primary.externalEndpoints[*]": address,
      "routingPolicy.primaryBackup.backupGeos[*].healthCheckedTargets.externalEndpoints[*]": address,
    },
    rules: [exactlyOne("rrdatas", "routingPolicy"), onePolicy, checkedTargets, itemsApart, singleNames],
    refers: {
      managedZone: { to: [MANAGED_ZONE], holds: true },
      "routingPolicy.healthCheck": { to: [HEALTH_CHECK], holds: true },
    },
    world: [insideZone, checkWithRegions],
    handles: [],
  },
  [HEALTH_CHECK]: {
    id: idIn(() => "global/healthChecks"),
    name: computeName,
    unique: [],
    values: {
      ...{ checkIntervalSec: between(1, 300, "seconds"), timeoutSec: between(1, 300, "seconds") },
      ...{ unhealthyThreshold: between(1, 10), healthyThreshold: between(1, 10) },
      "sourceRegions[*]": region("gcp"),
    },
    rules: [
      exactlyOne(...CHECKS),
      ascending("timeoutSec", "checkIntervalSec"),
      requires("checkIntervalSec", isChecked, "with sourceRegions"),
      sourceRegions,
    ],
    handles: ["selfLink"],
    outputs: (it) => ({
      selfLink: `https://www.googleapis.com/compute/v1/projects/${project(it)}/global/healthChecks/${text(it.inputs, "name")}`,
      creationTimestamp: "2026-01-01T00:00:00Z",
      type:
        CHECKS.find((one) => one in it.inputs)
          ?.replace("HealthCheck", "")
          .toUpperCase() ?? "",
    }),
  },
};

function address(value: unknown): string | undefined {
  return typeof value !== "string" || parseAddress(value) !== undefined || value.includes(":")
    ? undefined
    : `must be an IP address, since names are not checked; got "${value}"`;
}

/** Exactly three regions, half a minute at least, and the plain protocols (Compute Engine API, `sourceRegions`). */
function sourceRegions({ inputs }: Subject): CheckFailure | undefined {
  const given = select(inputs, "sourceRegions[*]");
  if (given.length === 0) return undefined;
  if (new Set(given.map(({ value }) => value)).size !== 3)
    return { property: "sourceRegions", reason: `must be exactly three regions; got ${given.length}` };
  const interval = at(inputs, "checkIntervalSec");
  if (typeof interval === "number" && interval < 30)
    return { property: "checkIntervalSec", reason: `must be 30 seconds or more with sourceRegions; got ${interval}` };
  const odd = ["ssl", "http2", "grpc", "grpcTls"].find((one) => `${one}HealthCheck` in inputs);
  return odd === undefined
    ? undefined
    : { property: `${odd}HealthCheck`, reason: "cannot be given with sourceRegions; use http, https or tcp" };
}

function onePolicy({ inputs }: Subject): CheckFailure | undefined {
  const policy = at(inputs, "routingPolicy");
  if (policy === undefined || isUnknown(policy)) return undefined;
  const given = ["geos", "wrrs", "primaryBackup"].filter((one) => has(policy, one));
  return given.length === 1
    ? undefined
    : {
        property: "routingPolicy",
        reason: `must have exactly one of geos, wrrs, primaryBackup; got ${given.join(" and ") || "none"}`,
      };
}

const EXTERNAL = [
  "routingPolicy.geos[*].healthCheckedTargets.externalEndpoints",
  "routingPolicy.wrrs[*].healthCheckedTargets.externalEndpoints",
  "routingPolicy.primaryBackup.primary.externalEndpoints",
  "routingPolicy.primaryBackup.backupGeos[*].healthCheckedTargets.externalEndpoints",
];

function checkedTargets({ inputs }: Subject): CheckFailure | undefined {
  const checked = EXTERNAL.flatMap((path) => select(inputs, path))[0];
  const type = text(inputs, "type");
  if (checked === undefined) return undefined;
  if (type !== "A" && type !== "AAAA")
    return { property: checked.path, reason: `can be given for A and AAAA only; got type ${type}` };
  return !has(inputs, "routingPolicy.healthCheck")
    ? { property: "routingPolicy.healthCheck", reason: "must be given with external endpoints" }
    : undefined;
}

function itemsApart({ inputs }: Subject): CheckFailure | undefined {
  for (const path of ["routingPolicy.geos[*].location", "routingPolicy.primaryBackup.backupGeos[*].location"]) {
    const seen = new Set<unknown>();
    for (const { path: where, value } of select(inputs, path)) {
      if (seen.has(value)) return { property: where, reason: `is ${value} a second time: one item per location` };
      seen.add(value);
    }
  }
  return undefined;
}

function singleNames({ inputs }: Subject): CheckFailure | undefined {
  if (text(inputs, "type") !== "CNAME") return undefined;
  const items = ["rrdatas", "routingPolicy.geos[*].rrdatas", "routingPolicy.wrrs[*].rrdatas"];
  const odd = items
    .flatMap((path) => select(inputs, path))
    .find(({ value }) => Array.isArray(value) && value.length !== 1);
  return odd === undefined ? undefined : { property: odd.path, reason: "must be exactly one name for a CNAME" };
}

function insideZone(it: Making): string | undefined {
  const zone = text(it.target("managedZone")?.inputs, "dnsName");
  const name = text(it.inputs, "name") ?? "";
  if (zone === undefined) return undefined;
  if (name !== zone && !name.endsWith(`.${zone}`)) return `name: ${name} is not in zone ${zone}`;
  const isAlias = text(it.inputs, "type") === "CNAME";
  if (isAlias && name === zone) return `type: the zone ${zone} itself takes no CNAME`;
  for (const other of it.world.all(RECORD_SET, it.scope)) {
    if (other.id === it.id || text(other.inputs, "name") !== name) continue;
    if (text(other.inputs, "managedZone") !== text(it.inputs, "managedZone")) continue;
    if (isAlias || text(other.inputs, "type") === "CNAME")
      return `type: ${name} has a record of type ${text(other.inputs, "type")} already, and a CNAME stands alone`;
  }
  return undefined;
}

function checkWithRegions(it: Making): string | undefined {
  const check = it.target("routingPolicy.healthCheck");
  return check !== undefined && select(check.inputs, "sourceRegions[*]").length !== 3
    ? "routingPolicy.healthCheck: must be a health check with three sourceRegions, which check public addresses"
    : undefined;
}
