import { HealthCheck } from "@pulumi/gcp/compute";
import { ManagedZone, RecordSet, type RecordSetArgs } from "@pulumi/gcp/dns";
import * as gcp from "@pulumi/gcp/provider";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../plan/names";
import { cloudDnsChallenges } from "./challenges/cloudDns";
import { absolute, addressesOf, type DnsZone, existing, type ServiceContext, type TrafficService } from "./service";

/** A managed zone. */
interface Zone extends DnsZone {
  readonly name: pulumi.Input<string>;
}

type Context = ServiceContext<"cloudDns">;

/**
 * The regions that Cloud DNS checks public addresses from: it asks for exactly three, and takes an address for dead when
 * two of them do. Three continents, so that no single region's network decides (Compute Engine API, `sourceRegions`).
 */
const SOURCE_REGIONS = ["us-central1", "europe-west1", "asia-southeast1"];

const NAME_SERVER_TTL_SECONDS = 3600;

/** The name of a managed zone, which begins with a letter, as domains need not. */
function zoneName(domain: string): string {
  const words = domain.replaceAll(/[._]/g, "-");
  return physicalName("gcpResource", /^[a-z]/.test(words) ? words : `zone-${words}`);
}

/** Google Cloud DNS: the nearest site by location, failing over to all sites alike. */
export const cloudDns: TrafficService<"cloudDns", Zone> = {
  service: "cloudDns",
  package: "gcp",
  provider: ({ spec }, options) => {
    const { project } = spec as { project: string };
    return new gcp.Provider("cloud-dns", { project }, options);
  },
  zone: ({ traffic, plan, cloud }) => {
    const { managedZone, project } = plan.spec as { managedZone?: string; project: string };
    if (managedZone !== undefined) {
      const id = `projects/${project}/managedZones/${managedZone}`;
      const there = ManagedZone.get(traffic.zone, id, { name: managedZone }, cloud);
      return { name: existing(there, managedZone), nameServers: undefined };
    }
    const zone = new ManagedZone(
      traffic.zone,
      {
        ...{ name: zoneName(traffic.zone), dnsName: absolute(traffic.zone), visibility: "public" },
        description: `Public names of ${traffic.zone}`,
      },
      pulumi.mergeOptions(cloud, { protect: true }),
    );
    return { name: zone.name, nameServers: zone.nameServers };
  },
  records: (context, zone, nameServers) => {
    const check = healthCheck(context);
    nameServerRecord(context, zone, nameServers);
    const sites = [...failoverRecords(context, zone, check), ...nearestRecord(context, zone, check)];
    // What a name leads to is there before the name leads to it.
    const divided = dividedRecords(context, zone, sites);
    domainRecord(context, zone, [...sites, ...divided]);
  },
  fronted: (context, zone, nameServers, { type, values, proof }) => {
    const { domain, ttlSeconds: ttl } = context.traffic;
    nameServerRecord(context, zone, nameServers);
    const rrdatas = type === "A" ? values : values.apply((names) => names.map(absolute));
    recordSet(context, zone, "front", domain, { type, ttl, rrdatas });
    // Texts are quoted in the form of a zone file.
    const quoted = proof?.value.apply((value) => JSON.stringify(value));
    if (proof && quoted) recordSet(context, zone, "front-proof", proof.name, { type: "TXT", ttl, rrdatas: [quoted] });
  },
  challenges: ({ plan, cloud }, _zone, name, askers) =>
    cloudDnsChallenges(name, (plan.spec as { project: string }).project, askers, cloud),
  delegate: (context, zone, name, nameServers) => {
    const rrdatas = nameServers.apply((all) => all.map(absolute));
    recordSet(context, zone, "acme", name, { type: "NS", ttl: NAME_SERVER_TTL_SECONDS, rrdatas });
  },
};

function nameServerRecord(context: Context, zone: Zone, nameServers: pulumi.Output<string[]>): void {
  if (zone.nameServers === undefined || context.traffic.services.length < 2) return;
  recordSet(context, zone, "name-servers", context.traffic.zone, {
    ...{ type: "NS", ttl: NAME_SERVER_TTL_SECONDS },
    rrdatas: nameServers.apply((all) => all.map(absolute)),
  });
}

function healthCheck({ traffic, plan, cloud }: Context): HealthCheck {
  const { path, port, protocol } = traffic.health;
  const { intervalSeconds, failures, timeoutSeconds } = plan.time;
  const request = { host: traffic.domain, port, requestPath: path };
  return new HealthCheck(
    "sites",
    {
      ...{ sourceRegions: SOURCE_REGIONS, checkIntervalSec: intervalSeconds, timeoutSec: timeoutSeconds },
      ...{ unhealthyThreshold: failures, healthyThreshold: failures },
      ...(protocol === "https" ? { httpsHealthCheck: request } : { httpHealthCheck: request }),
    },
    cloud,
  );
}

function recordSet(
  { cloud }: Context,
  zone: Zone,
  key: string,
  name: string,
  args: Omit<RecordSetArgs, "managedZone" | "name">,
  dependsOn: readonly RecordSet[] = [],
): RecordSet {
  const after = dependsOn.length === 0 ? cloud : pulumi.mergeOptions(cloud, { dependsOn: [...dependsOn] });
  return new RecordSet(key, { managedZone: zone.name, name: absolute(name), ...args }, after);
}

/** The domain itself: by location to the records of the sites, or to the one of the nearest. */
function domainRecord(context: Context, zone: Zone, targets: readonly RecordSet[]): void {
  const { domain, ttlSeconds: ttl } = context.traffic;
  const { items } = context.plan;
  // While all sites are joining: a policy without items is refused.
  if (items.length === 0) return;
  const geos = items.map(({ location, target }) => ({ location, rrdatas: [absolute(target)] }));
  recordSet(context, zone, "nearest", domain, { type: "CNAME", ttl, routingPolicy: { geos } }, targets);
}

/** Addresses of the nearest location that has a healthy one, where users do not spread. */
function nearestRecord(context: Context, zone: Zone, check: HealthCheck): RecordSet[] {
  const { nearest } = context.plan;
  if (nearest === undefined) return [];
  const geos = nearest.items.map(({ location, sites }) => ({
    location,
    healthCheckedTargets: { externalEndpoints: addressesOf(context, sites, "all") },
  }));
  const args = { type: "A", ttl: context.traffic.ttlSeconds, routingPolicy: { geos, healthCheck: check.selfLink } };
  return [recordSet(context, zone, "nearest-healthy", nearest.name, args)];
}

function dividedRecords(context: Context, zone: Zone, sites: readonly RecordSet[]): RecordSet[] {
  const ttl = context.traffic.ttlSeconds;
  return context.plan.divided.map(({ key, name, targets }) => {
    const wrrs = targets.map(({ target, weight }) => ({ weight, rrdatas: [absolute(target)] }));
    return recordSet(context, zone, key, name, { type: "CNAME", ttl, routingPolicy: { wrrs } }, sites);
  });
}

function failoverRecords(context: Context, zone: Zone, check: HealthCheck): RecordSet[] {
  return context.plan.records.map(({ key, name, location, primary, backup }) => {
    const backups = { location, healthCheckedTargets: { externalEndpoints: addressesOf(context, backup, "first") } };
    return recordSet(context, zone, key, name, {
      ...{ type: "A", ttl: context.traffic.ttlSeconds },
      routingPolicy: {
        healthCheck: check.selfLink,
        primaryBackup: {
          primary: { externalEndpoints: addressesOf(context, primary, key === "others" ? "first" : "all") },
          backupGeos: [backups],
        },
      },
    });
  });
}
