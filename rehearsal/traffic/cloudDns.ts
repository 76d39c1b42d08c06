import { bareName } from "../dnsNames";
import type { ResourceView } from "../engine";
import { type Answer, type Authority, byWeight, type Client, type Health } from "./asking";
import { nearestTo, placeOf } from "./distance";
import { has, list, number, text } from "./fields";

/** One item of a policy: names or addresses that are given whatever their health, and addresses that are checked. */
interface Item {
  readonly location: string | undefined;
  readonly weight: number;
  readonly values: readonly string[];
  readonly checked: readonly string[];
}

interface RecordSet {
  readonly type: string;
  readonly ttlSeconds: number;
  readonly values: readonly string[];
  readonly geos: readonly Item[];
  readonly isFenced: boolean;
  readonly wrrs: readonly Item[];
  readonly primary: readonly string[] | undefined;
  readonly backups: readonly Item[];
}

/**
 * Cloud DNS's own rules. Source: "DNS routing policies and health checks": geolocation answers with the item nearest to
 * the client, with health checks with the nearest that has a healthy target; failover with the healthy primaries, else
 * by the backups' geolocation; all healthy targets of an item are given together.
 */
export function cloudDnsAuthority(resources: readonly ResourceView[]): Authority {
  const records = new Map<string, RecordSet>();
  for (const { type, inputs } of resources) {
    const kind = text(inputs, "type");
    if (type !== "gcp:dns/recordSet:RecordSet" || (kind !== "A" && kind !== "CNAME")) continue;
    records.set(bareName(text(inputs, "name") ?? ""), read(inputs));
  }
  const answer = (name: string, client: Client, health: Health): Answer | undefined => {
    const record = records.get(bareName(name));
    if (record === undefined) return undefined;
    const values = choose(record, client, health);
    const [target] = values;
    if (record.type !== "CNAME") return { addresses: values, ttlSeconds: record.ttlSeconds };
    if (target === undefined) return undefined;
    const elsewhere = { addresses: [bareName(target)], ttlSeconds: record.ttlSeconds };
    const next = answer(target, client, health) ?? elsewhere;
    return { ...next, ttlSeconds: Math.min(next.ttlSeconds, record.ttlSeconds) };
  };
  return { service: "cloudDns", answer };
}

function read(inputs: unknown): RecordSet {
  const policy = "routingPolicy";
  const isFailover = has(inputs, `${policy}.primaryBackup`);
  return {
    type: text(inputs, "type") ?? "",
    ttlSeconds: number(inputs, "ttl") ?? 300,
    values: list(inputs, "rrdatas").map(String),
    geos: list(inputs, `${policy}.geos`).map(item),
    isFenced: (inputs as { routingPolicy?: { enableGeoFencing?: boolean } }).routingPolicy?.enableGeoFencing === true,
    wrrs: list(inputs, `${policy}.wrrs`).map(item),
    primary: isFailover ? list(inputs, `${policy}.primaryBackup.primary.externalEndpoints`).map(String) : undefined,
    backups: list(inputs, `${policy}.primaryBackup.backupGeos`).map(item),
  };
}

function item(of: unknown): Item {
  return {
    location: text(of, "location"),
    weight: number(of, "weight") ?? 0,
    values: list(of, "rrdatas").map(String),
    checked: list(of, "healthCheckedTargets.externalEndpoints").map(String),
  };
}

function choose(record: RecordSet, client: Client, health: Health): readonly string[] {
  if (record.primary !== undefined) {
    const healthy = record.primary.filter(health);
    if (healthy.length > 0) return healthy;
    const backup = byPlace(record.backups, client, health, false);
    // With nothing healthy anywhere, the primaries are as good as any.
    return backup.some(health) ? backup : record.primary;
  }
  if (record.geos.length > 0) return byPlace(record.geos, client, health, record.isFenced);
  if (record.wrrs.length > 0) {
    const living = record.wrrs.filter((one) => isAlive(one, health));
    const one = byWeight(living.length > 0 ? living : record.wrrs, ({ weight }) => weight, client);
    return one === undefined ? [] : answerOf(one, health);
  }
  return record.values;
}

function byPlace(items: readonly Item[], client: Client, health: Health, isFenced: boolean): readonly string[] {
  const living = isFenced ? items : items.filter((one) => isAlive(one, health));
  const among = living.length > 0 ? living : items;
  const nearest = nearestTo(among, ({ location }) => placeOf("gcp", location), client);
  return nearest === undefined ? [] : answerOf(nearest, health);
}

function isAlive({ values, checked }: Item, health: Health): boolean {
  return values.length > 0 || checked.some(health);
}

function answerOf({ values, checked }: Item, health: Health): readonly string[] {
  const healthy = checked.filter(health);
  return [...values, ...(healthy.length > 0 ? healthy : checked)];
}
