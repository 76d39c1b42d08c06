import { parseAddress } from "../../../lib/plan/cidr";
import { isPrivate, reservedRange } from "../../../lib/plan/reserved";
import { bareName, route53Name } from "../../dnsNames";
import type { CheckFailure } from "../../engine/provider";
import type { Making, Model, Subject } from "../model";
import { between, exactlyOne, matches, oneOf, region, requires } from "../rules";
import { at, select, text } from "../wire";
import type { Thing } from "../world";

export const HOSTED_ZONE = "aws:route53/zone:Zone";
export const HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck";
export const RECORD = "aws:route53/record:Record";

/** Policies of a record, by the property that gives each. */
const POLICIES = [
  "weightedRoutingPolicies",
  "latencyRoutingPolicies",
  "failoverRoutingPolicies",
  "geolocationRoutingPolicies",
  "geoproximityRoutingPolicy",
  "cidrRoutingPolicy",
  "multivalueAnswerRoutingPolicy",
] as const;

const isCalculated = ({ inputs }: Pick<Subject, "inputs">) => text(inputs, "type") === "CALCULATED";
const isHttp = (inputs: unknown) => /^HTTPS?(_STR_MATCH)?$/.test(text(inputs, "type") ?? "");

/** Route 53. Sources: its API reference and Developer Guide, and `ForceNew` in terraform-provider-aws 6. */
export const route53Models: { readonly [type: string]: Model } = {
  [HOSTED_ZONE]: {
    scope: "account",
    id: ({ hex }) => `Z${hex(20).toUpperCase()}`,
    name: {
      property: "name",
      rule: matches(/^(?=.{1,255}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/, "a DNS name of labels of 1 to 63 characters"),
      maxLength: 255,
    },
    unique: [],
    immutable: ["name", "delegationSetId"],
    handles: ["arn", "zoneId"],
    outputs: (it) => ({
      arn: `arn:${it.account.facts.partition}:route53:::hostedzone/${it.id}`,
      zoneId: it.id,
      nameServers: [0, 1, 2, 3].map((i) => {
        const number = Number.parseInt(it.hex(3, `ns${i}`), 16) % 512;
        return `ns-${i * 512 + number}.awsdns-${String(number % 64).padStart(2, "0")}.${["com", "net", "org", "co.uk"][i]}`;
      }),
      primaryNameServer: "ns-0.awsdns-00.com",
      comment: "Managed by Pulumi",
      forceDestroy: false,
    }),
  },
  [HEALTH_CHECK]: {
    scope: "account",
    id: ({ hex }) => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    unique: [],
    immutable: ["type", "requestInterval", "measureLatency", "referenceName", "routingControlArn", "triggers"],
    values: {
      type: oneOf(
        ...["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"],
        ...["CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"],
      ),
      requestInterval: oneOf(10, 30),
      failureThreshold: between(1, 10, "checks"),
      port: between(1, 65_535),
      childHealthThreshold: between(0, 256),
      resourcePath: matches(/^\/?[\w\-./~%:@!$&'()*+,;=?]{0,254}$/, "a path of at most 255 characters"),
      ipAddress: publicAddress,
    },
    rules: [
      requires("childHealthchecks", isCalculated, "for a check of type CALCULATED"),
      requires(
        "requestInterval",
        ({ inputs }) => isHttp(inputs) || text(inputs, "type") === "TCP",
        "for checks of endpoints",
      ),
      ({ inputs }) =>
        isHttp(inputs) && !("ipAddress" in inputs) && !("fqdn" in inputs)
          ? { property: "ipAddress", reason: "or fqdn must be given: there is nothing to check" }
          : undefined,
      ({ inputs }) =>
        select(inputs, "childHealthchecks[*]").length > 256
          ? { property: "childHealthchecks", reason: "must be at most 256 checks" }
          : undefined,
    ],
    refers: { "childHealthchecks[*]": { to: [HEALTH_CHECK], holds: true } },
    outputs: (it) => ({
      arn: `arn:${it.account.facts.partition}:route53:::healthcheck/${it.id}`,
      disabled: false,
      invertHealthcheck: false,
    }),
  },
  [RECORD]: {
    scope: "account",
    id: ({ inputs }) =>
      ["zoneId", "name", "type", "setIdentifier"].flatMap((path) => text(inputs, path) ?? []).join("_"),
    unique: [],
    immutable: ["zoneId", "name", "type", "setIdentifier"],
    values: {
      ...{ ttl: between(0, 2_147_483_647, "seconds"), "weightedRoutingPolicies[*].weight": between(0, 255) },
      "failoverRoutingPolicies[*].type": oneOf("PRIMARY", "SECONDARY"),
      "latencyRoutingPolicies[*].region": region("aws"),
      "geoproximityRoutingPolicy.coordinates[*].latitude": degrees(90),
      "geoproximityRoutingPolicy.coordinates[*].longitude": degrees(180),
      "geoproximityRoutingPolicy.bias": between(-99, 99),
      type: oneOf(
        "A",
        "AAAA",
        "CAA",
        "CNAME",
        "DS",
        "HTTPS",
        "MX",
        "NAPTR",
        "NS",
        "PTR",
        "SOA",
        "SPF",
        "SRV",
        "SSHFP",
        "SVCB",
        "TLSA",
        "TXT",
      ),
    },
    rules: [
      exactlyOne("records", "aliases"),
      requires("ttl", ({ inputs }) => "records" in inputs, "for a record with values"),
      ({ inputs }) =>
        "aliases" in inputs && inputs.ttl !== undefined
          ? { property: "ttl", reason: "cannot be given for an alias, which has the TTL of its target" }
          : undefined,
      onePolicy,
    ],
    refers: {
      zoneId: { to: [HOSTED_ZONE], holds: true, given: true },
      healthCheckId: { to: [HEALTH_CHECK], holds: true },
    },
    world: [insideZone, besideOthers, aliasTarget],
    handles: [],
    outputs: (it) => ({ fqdn: nameIn(zoneName(it), it.inputs), allowOverwrite: false }),
  },
};

function publicAddress(value: unknown): string | undefined {
  const start = parseAddress(String(value));
  if (start === undefined) return undefined;
  const cidr = { start, prefix: 32 };
  return isPrivate(cidr) || reservedRange(cidr, "existing") !== undefined
    ? `must be an address that Route 53's checkers reach, not a private or reserved one; got "${value}"`
    : undefined;
}

function degrees(most: number) {
  return (value: unknown): string | undefined =>
    /^-?\d{1,3}(\.\d{1,2})?$/.test(String(value)) && Math.abs(Number(value)) <= most
      ? undefined
      : `must be degrees from -${most} to ${most} with at most two decimals; got "${value}"`;
}

function onePolicy({ inputs }: Subject): CheckFailure | undefined {
  const given = POLICIES.filter((name) => inputs[name] !== undefined && inputs[name] !== false);
  if (given.length > 1)
    return { property: given[1] ?? "", reason: `cannot be given together with ${given[0]}: a record has one policy` };
  if (given.length === 1 && inputs.setIdentifier === undefined)
    return { property: "setIdentifier", reason: `must be given with ${given[0]}` };
  if (given.length === 0 && inputs.setIdentifier !== undefined)
    return { property: "setIdentifier", reason: "must not be given without a routing policy" };
  return undefined;
}

/** Records of the zone that another has been made in. */
function* recordsBeside(it: Making): Iterable<Thing> {
  const zone = text(it.inputs, "zoneId");
  for (const other of it.world.all(RECORD, it.scope))
    if (other.id !== it.id && text(other.inputs, "zoneId") === zone) yield other;
}

function zoneName(it: Making): string | undefined {
  return text(it.target("zoneId")?.inputs, "name");
}

function nameIn(zone: string | undefined, record: Making["inputs"]): string {
  return route53Name(text(record, "name") ?? "", zone);
}

function insideZone(it: Making): string | undefined {
  const zone = zoneName(it);
  const name = nameIn(zone, it.inputs);
  if (zone === undefined) return undefined;
  if (name !== bareName(zone) && !name.endsWith(`.${bareName(zone)}`))
    return `name: RRSet with DNS name ${name}. is not permitted in zone ${bareName(zone)}.`;
  return name === bareName(zone) && text(it.inputs, "type") === "CNAME"
    ? `type: RRSet of type CNAME with DNS name ${name}. is not permitted at apex in zone ${bareName(zone)}.`
    : undefined;
}

/** What records of one name and type must have in common, and what not. */
function besideOthers(it: Making): string | undefined {
  const zone = zoneName(it);
  const name = nameIn(zone, it.inputs);
  const type = text(it.inputs, "type");
  const mine = policyOf(it.inputs);
  for (const other of recordsBeside(it)) {
    if (nameIn(zone, other.inputs) !== name) continue;
    const otherType = text(other.inputs, "type");
    if (otherType !== type) {
      if (type === "CNAME" || otherType === "CNAME")
        return `type: RRSet of type ${type} with DNS name ${name}. conflicts with a ${otherType} record of the same name`;
      continue;
    }
    const theirs = policyOf(other.inputs);
    if (mine.kind !== theirs.kind)
      return `RRSet with DNS name ${name}., type ${type} mixes ${mine.kind} with ${theirs.kind}; all records of a name and type have one policy`;
    if (mine.kind === "simple" || text(it.inputs, "setIdentifier") === text(other.inputs, "setIdentifier"))
      return at(it.inputs, "allowOverwrite") === true
        ? undefined
        : `RRSet with DNS name ${name}., type ${type}, SetIdentifier ${text(it.inputs, "setIdentifier") ?? "none"} exists already`;
    if (mine.place !== undefined && mine.place === theirs.place)
      return `RRSet with DNS name ${name}., type ${type} has ${mine.place} in ${text(other.inputs, "setIdentifier")} already`;
  }
  return undefined;
}

/** A record's policy, and what of it no second record of the name may have. */
function policyOf(inputs: Making["inputs"]): { readonly kind: string; readonly place: unknown } {
  const kind = POLICIES.find((name) => inputs[name] !== undefined && inputs[name] !== false) ?? "simple";
  const first = (path: string) => select(inputs, path)[0]?.value;
  const latitude = first("geoproximityRoutingPolicy.coordinates[*].latitude");
  const longitude = first("geoproximityRoutingPolicy.coordinates[*].longitude");
  const named = first("latencyRoutingPolicies[*].region") ?? first("failoverRoutingPolicies[*].type");
  const place = latitude === undefined ? named : `${latitude}, ${longitude}`;
  return { kind, place };
}

/** An alias of the same zone stands for a record that is there, of its own type. */
function aliasTarget(it: Making): string | undefined {
  const zone = text(it.inputs, "zoneId");
  for (const { value } of select(it.inputs, "aliases[*]")) {
    if (text(value, "zoneId") !== zone) continue;
    const target = bareName(text(value, "name") ?? "");
    const type = text(it.inputs, "type");
    let isThere = false;
    for (const other of recordsBeside(it))
      isThere ||= nameIn(zoneName(it), other.inputs) === target && text(other.inputs, "type") === type;
    if (!isThere)
      return `aliases: tried to create an alias that targets ${target}., type ${type} in zone ${zone}, but the alias target name was not found`;
  }
  return undefined;
}
