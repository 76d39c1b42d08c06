import { bareName, route53Name } from "../dnsNames";
import type { ResourceView } from "../engine";
import {
  type Answer,
  type Authority,
  byWeight,
  type Client,
  type Health,
  type Known,
  rememberedHealth,
} from "./asking";
import { nearestTo, placeOf } from "./distance";
import { list, number, text } from "./fields";

interface Record53 {
  readonly name: string;
  readonly setIdentifier: string;
  readonly ttlSeconds: number;
  readonly addresses: readonly string[];
  /** Whether these are a name: a CNAME. */
  readonly isName: boolean;
  /** Name of the record that it stands for, whose health counts if `evaluates`. */
  readonly alias: string | undefined;
  readonly evaluates: boolean;
  readonly check: string | undefined;
  readonly weight: number | undefined;
  readonly failover: string | undefined;
  readonly region: string | undefined;
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | undefined;
}

interface Check {
  readonly address: string | undefined;
  readonly children: readonly string[];
  readonly threshold: number;
  /** What it says when Route 53 does not check: healthy, or unhealthy when inverted. */
  readonly fixed: boolean | undefined;
  readonly isInverted: boolean;
}

/**
 * Route 53's own rules. Source: Developer Guide, "Choosing a routing policy", "How Amazon Route 53 chooses records when
 * health checking is configured", "How Amazon Route 53 determines the status of health checks that monitor other checks".
 */
export function route53Authority(resources: readonly ResourceView[]): Authority {
  const checks = new Map<string, Check>();
  const records = new Map<string, Record53[]>();
  const zones = new Map(resources.filter(isZone).map((zone) => [idOf(zone), text(zone.inputs, "name")]));
  for (const resource of resources) {
    if (resource.type === "aws:route53/healthCheck:HealthCheck") checks.set(idOf(resource), readCheck(resource));
    if (resource.type !== "aws:route53/record:Record" || !/^(A|CNAME)$/.test(text(resource.inputs, "type") ?? ""))
      continue;
    const record = readRecord(resource, zones.get(text(resource.inputs, "zoneId") ?? ""));
    records.set(record.name, [...(records.get(record.name) ?? []), record]);
  }
  const remembered = rememberedHealth();
  const answer: Authority["answer"] = (name, client, health) =>
    new Asked(records, checks, client, health, remembered(health)).answer(name);
  return { service: "route53", answer };
}

function isZone({ type }: ResourceView): boolean {
  return type === "aws:route53/zone:Zone";
}

function idOf(resource: ResourceView): string {
  return resource.id ?? "";
}

function readCheck({ inputs }: ResourceView): Check {
  const isInverted = inputs.invertHealthcheck === true;
  return {
    address: text(inputs, "ipAddress"),
    children: list(inputs, "childHealthchecks").map(String),
    threshold: number(inputs, "childHealthThreshold") ?? 1,
    fixed: inputs.disabled === true ? !isInverted : undefined,
    isInverted,
  };
}

function readRecord({ inputs }: ResourceView, zone: string | undefined): Record53 {
  const [alias] = list(inputs, "aliases");
  const [coordinates] = list(inputs, "geoproximityRoutingPolicy.coordinates");
  return {
    name: route53Name(text(inputs, "name") ?? "", zone),
    setIdentifier: text(inputs, "setIdentifier") ?? "",
    ttlSeconds: number(inputs, "ttl") ?? Number.POSITIVE_INFINITY,
    addresses: list(inputs, "records").map(String),
    isName: text(inputs, "type") === "CNAME",
    alias: alias === undefined ? undefined : bareName(text(alias, "name") ?? ""),
    evaluates: (alias as { evaluateTargetHealth?: boolean } | undefined)?.evaluateTargetHealth === true,
    check: text(inputs, "healthCheckId"),
    weight: number(inputs, "weightedRoutingPolicies.0.weight"),
    failover: text(inputs, "failoverRoutingPolicies.0.type"),
    region: text(inputs, "latencyRoutingPolicies.0.region"),
    coordinates:
      coordinates === undefined
        ? undefined
        : { latitude: Number(text(coordinates, "latitude")), longitude: Number(text(coordinates, "longitude")) },
  };
}

/** One question. */
class Asked {
  constructor(
    private readonly records: ReadonlyMap<string, readonly Record53[]>,
    private readonly checks: ReadonlyMap<string, Check>,
    private readonly client: Client,
    private readonly health: Health,
    private readonly known: Known,
  ) {}

  answer(name: string): Answer | undefined {
    const chosen = this.choose(this.records.get(bareName(name)) ?? []);
    if (chosen === undefined) return undefined;
    const { alias, addresses, ttlSeconds, isName } = chosen;
    if (alias !== undefined) return this.answer(alias);
    const target = isName ? bareName(addresses[0] ?? "") : undefined;
    if (target === undefined) return { addresses, ttlSeconds };
    const next = this.answer(target) ?? { addresses: [target], ttlSeconds };
    return { ...next, ttlSeconds: Math.min(ttlSeconds, next.ttlSeconds) };
  }

  /** The record of a name, by the policy that its records share. */
  private choose(all: readonly Record53[]): Record53 | undefined {
    const healthy = all.filter((one) => this.isHealthy(one));
    const primary = all.find((one) => one.failover === "PRIMARY");
    // The secondary is the answer only while it is healthy and the primary is not.
    if (primary !== undefined) {
      const secondary = all.find((one) => one.failover === "SECONDARY");
      return !healthy.includes(primary) && secondary !== undefined && healthy.includes(secondary) ? secondary : primary;
    }
    if (all[0]?.weight !== undefined) return this.weighted(all, healthy);
    // When none is healthy, all are taken to be.
    const among = healthy.length > 0 ? healthy : all;
    if (all[0]?.coordinates !== undefined || all[0]?.region !== undefined)
      return nearestTo(among, (one) => one.coordinates ?? placeOf("aws", one.region), this.client);
    return among[0];
  }

  /** By weight among the healthy; those of weight 0 come in when no other is healthy. */
  private weighted(all: readonly Record53[], healthy: readonly Record53[]): Record53 | undefined {
    const weightOf = (one: Record53) => one.weight ?? 0;
    const heavy = healthy.filter((one) => weightOf(one) > 0);
    if (heavy.length > 0) return byWeight(heavy, weightOf, this.client);
    if (healthy.length > 0) return byWeight(healthy, () => 1, this.client);
    const any = all.some((one) => weightOf(one) > 0);
    return byWeight(all, any ? weightOf : () => 1, this.client);
  }

  private isHealthy(record: Record53): boolean {
    return this.known(record, () => this.ask(record));
  }

  private ask({ alias, evaluates, check }: Record53): boolean {
    if (check !== undefined && !this.passes(check)) return false;
    if (alias === undefined || !evaluates) return true;
    return (this.records.get(alias) ?? []).some((one) => this.isHealthy(one));
  }

  private passes(id: string): boolean {
    const check = this.checks.get(id);
    if (check === undefined) return true;
    if (check.fixed !== undefined) return check.fixed;
    const counted = check.children.filter((child) => this.passes(child)).length;
    const good = check.children.length > 0 ? counted >= check.threshold : this.health(check.address ?? "");
    return good !== check.isInverted;
  }
}
