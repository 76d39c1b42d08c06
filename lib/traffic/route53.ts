import * as aws from "@pulumi/aws/provider";
import { HealthCheck, Record, type RecordArgs, Zone } from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import type { Route53Policy, Route53Record } from "../plan/routing/route53";
import { route53Challenges } from "./challenges/route53";
import { addressesOf, type DnsZone, existing, type ServiceContext, type TrafficService } from "./service";

/** A hosted zone. */
interface HostedZone extends DnsZone {
  readonly id: pulumi.Input<string>;
}

type Context = ServiceContext<"route53">;

/** Seconds that resolvers keep the list of name servers. */
const NAME_SERVER_TTL_SECONDS = 3600;

/**
 * Amazon Route 53: the nearest site by geoproximity or latency, failing over to one weighted set of all sites. Route 53
 * is global; its control plane, which nothing here needs after the update, is in us-east-1.
 */
export const route53: TrafficService<"route53", HostedZone> = {
  service: "route53",
  package: "aws",
  provider: ({ spec }, options) => {
    const { account, roleArn } = spec as { account: string; roleArn?: string };
    return new aws.Provider(
      "route53",
      {
        region: "us-east-1",
        allowedAccountIds: [account],
        ...(roleArn && { assumeRoles: [{ roleArn, sessionName: "pulumi-multisite-traffic" }] }),
      },
      options,
    );
  },
  zone: ({ traffic, plan, cloud }) => {
    const { hostedZoneId } = plan.spec as { hostedZoneId?: string };
    if (hostedZoneId !== undefined) {
      const there = Zone.get(traffic.zone, hostedZoneId, { name: traffic.zone }, cloud);
      return { id: existing(there, hostedZoneId), nameServers: undefined };
    }
    const zone = new Zone(traffic.zone, { name: traffic.zone }, pulumi.mergeOptions(cloud, { protect: true }));
    return { id: zone.zoneId, nameServers: zone.nameServers };
  },
  records: (context, zone, nameServers) => {
    const { plan, cloud } = context;
    nameServerRecord(context, zone, nameServers);
    const checks = new Map(plan.checked.map((site) => [site, healthCheck(context, site)]));
    const made = new Map<string, Record>();
    for (const record of leavesFirst(plan.records)) {
      const check = record.site === undefined ? undefined : checks.get(record.site);
      const target = record.alias === undefined ? undefined : made.get(record.alias);
      const options = target === undefined ? cloud : pulumi.mergeOptions(cloud, { dependsOn: target });
      const resource = new Record(record.key, recordArgs(context, zone, record, check), options);
      if (!made.has(record.name)) made.set(record.name, resource);
    }
  },
  fronted: (context, zone, nameServers, { type, values, proof }) => {
    const { domain, ttlSeconds: ttl } = context.traffic;
    nameServerRecord(context, zone, nameServers);
    const record = (key: string, args: Omit<RecordArgs, "zoneId">) =>
      new Record(key, { zoneId: zone.id, ttl, ...args }, context.cloud);
    record("front", { name: domain, type, records: values });
    if (proof) record("front-proof", { name: proof.name, type: "TXT", records: [proof.value] });
  },
  challenges: ({ cloud }, _zone, name, askers) => route53Challenges(name, askers, cloud),
  delegate: ({ cloud }, zone, name, records) => {
    new Record("acme", { zoneId: zone.id, name, type: "NS", ttl: NAME_SERVER_TTL_SECONDS, records }, cloud);
  },
};

function nameServerRecord({ traffic, cloud }: Context, zone: HostedZone, nameServers: pulumi.Output<string[]>): void {
  if (zone.nameServers === undefined || traffic.services.length < 2) return;
  new Record(
    "name-servers",
    {
      // The zone comes with a record of its own, which lists only Route 53's.
      ...{ zoneId: zone.id, name: traffic.zone, type: "NS", allowOverwrite: true },
      ...{ ttl: NAME_SERVER_TTL_SECONDS, records: nameServers },
    },
    cloud,
  );
}

/** Route 53 takes an alias only when a record of the target's name is there. */
function leavesFirst(records: readonly Route53Record[]): Route53Record[] {
  const rank = ({ alias, policy }: Route53Record) => (alias === undefined ? 0 : policy.kind === "failover" ? 1 : 2);
  return [...records].sort((a, b) => rank(a) - rank(b));
}

/** One check of a site with one address; of one with several, one for each and one that is healthy while any is. */
function healthCheck({ traffic, plan, addresses, cloud }: Context, site: string): HealthCheck {
  const { path, port, protocol } = traffic.health;
  const { intervalSeconds, failures } = plan.time;
  const own = addresses[site] ?? [];
  const check = (name: string, address: pulumi.Input<string>) =>
    new HealthCheck(
      name,
      {
        ...{
          ipAddress: address,
          port,
          resourcePath: path,
          requestInterval: intervalSeconds,
          failureThreshold: failures,
        },
        ...{ type: protocol === "https" ? "HTTPS" : "HTTP", fqdn: traffic.domain, tags: { Name: name } },
        ...(protocol === "https" && { enableSni: true }),
      },
      cloud,
    );
  const [only] = own;
  if (own.length === 1 && only !== undefined) return check(site, only);
  const each = own.map((address, i) => check(`${site}-${i + 1}`, address));
  return new HealthCheck(
    site,
    {
      ...{ type: "CALCULATED", childHealthThreshold: 1, tags: { Name: site } },
      childHealthchecks: each.map((one) => one.id),
    },
    cloud,
  );
}

function recordArgs(context: Context, zone: HostedZone, record: Route53Record, check?: HealthCheck): RecordArgs {
  const { name, setIdentifier, policy, alias, site } = record;
  const common = { zoneId: zone.id, name, type: "A", setIdentifier, ...policyArgs(policy) };
  if (alias !== undefined)
    return { ...common, aliases: [{ name: alias, zoneId: zone.id, evaluateTargetHealth: true }] };
  return {
    ...common,
    ttl: context.traffic.ttlSeconds,
    records: addressesOf(context, site === undefined ? [] : [site], "all"),
    ...(check && { healthCheckId: check.id }),
  };
}

function policyArgs(policy: Route53Policy): Partial<RecordArgs> {
  switch (policy.kind) {
    case "geoproximity": {
      const { latitude, longitude } = policy;
      return { geoproximityRoutingPolicy: { coordinates: [{ latitude, longitude }] } };
    }
    case "latency":
      return { latencyRoutingPolicies: [{ region: policy.region }] };
    case "failover":
      return { failoverRoutingPolicies: [{ type: policy.type }] };
    case "weighted":
      return { weightedRoutingPolicies: [{ weight: policy.weight }] };
  }
}
