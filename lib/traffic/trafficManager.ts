import { RecordSet, type RecordSetArgs, Zone } from "@pulumi/azure-native/dns";
import * as azure from "@pulumi/azure-native/provider";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import { Profile } from "@pulumi/azure-native/trafficmanager";
import * as pulumi from "@pulumi/pulumi";
import type { TrafficManagerSpec } from "../plan/routing/spec";
import type { TrafficManagerEndpoint, TrafficManagerProfile } from "../plan/routing/trafficManager";
import { azureChallenges } from "./challenges/trafficManager";
import { type DnsZone, existing, type ServiceContext, type TrafficService } from "./service";

/** A DNS zone of Azure, and the group that holds it and the profiles. */
interface AzureZone extends DnsZone {
  readonly group: pulumi.Input<string>;
  readonly name: pulumi.Input<string>;
}

type Context = ServiceContext<"trafficManager">;

const DEFAULT_LOCATION = "westeurope";

/**
 * Azure DNS and Traffic Manager: the domain is a CNAME of a profile that chooses the nearest site's profile, which fails
 * over to one weighted profile of all sites. An alias record would take external endpoints only, no nested profiles.
 */
export const trafficManager: TrafficService<"trafficManager", AzureZone> = {
  service: "trafficManager",
  package: "azure-native",
  provider: ({ spec }, options) => {
    const { subscription, tenant } = spec as TrafficManagerSpec;
    return new azure.Provider("traffic-manager", { subscriptionId: subscription, tenantId: tenant }, options);
  },
  zone: ({ traffic, plan, cloud }) => {
    const { resourceGroup, location = DEFAULT_LOCATION } = plan.spec as TrafficManagerSpec;
    if (resourceGroup !== undefined)
      return existingZone(plan.spec as TrafficManagerSpec, resourceGroup, traffic.zone, cloud);
    const isKept = pulumi.mergeOptions(cloud, { protect: true });
    const group = new ResourceGroup("traffic", { location }, isKept);
    const zone = new Zone(
      traffic.zone,
      { resourceGroupName: group.name, zoneName: traffic.zone, location: "global", zoneType: "Public" },
      isKept,
    );
    return { group: group.name, name: zone.name, nameServers: zone.nameServers };
  },
  records: (context, zone) => {
    const { traffic, plan } = context;
    const made = new Map<string, Profile>();
    // While all sites are joining: whoever took the profile's name, which all customers share, would get the users.
    if (plan.profiles.length === 0) return;
    for (const profile of plan.profiles) made.set(profile.key, buildProfile(context, zone, profile, made));
    recordSet(context, zone, "nearest", traffic.domain, "CNAME", { cnameRecord: { cname: plan.target } }, [
      ...made.values(),
    ]);
  },
  fronted: (context, zone, _nameServers, { type, values, proof }) => {
    const { domain } = context.traffic;
    const addresses = values.apply((all) => all.map((ipv4Address) => ({ ipv4Address })));
    const target = { cname: values.apply(([name = ""]) => name) };
    const where = type === "A" ? { aRecords: addresses } : { cnameRecord: target };
    recordSet(context, zone, "front", domain, type, where);
    if (proof) recordSet(context, zone, "front-proof", proof.name, "TXT", { txtRecords: [{ value: [proof.value] }] });
  },
  challenges: ({ plan, cloud }, zone, name, askers) => {
    const spec = plan.spec as TrafficManagerSpec;
    return azureChallenges(
      name,
      { spec, group: zone.group, location: spec.location ?? DEFAULT_LOCATION },
      askers,
      cloud,
    );
  },
  delegate: (context, zone, name, nameServers) => {
    const nsRecords = nameServers.apply((all) => all.map((nsdname) => ({ nsdname })));
    recordSet(context, zone, "acme", name, "NS", { nsRecords });
  },
};

function existingZone(
  { subscription }: TrafficManagerSpec,
  resourceGroup: string,
  zone: string,
  cloud: pulumi.CustomResourceOptions,
): AzureZone {
  const id = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  const group = ResourceGroup.get("traffic", id, cloud);
  const there = Zone.get(zone, `${id}/providers/Microsoft.Network/dnsZones/${zone}`, cloud);
  return { group: existing(group, resourceGroup), name: existing(there, zone), nameServers: undefined };
}

/** A record of Azure DNS, which takes names without the zone's. */
function recordSet(
  { traffic, cloud }: Context,
  zone: AzureZone,
  key: string,
  name: string,
  recordType: string,
  values: Pick<RecordSetArgs, "aRecords" | "cnameRecord" | "nsRecords" | "txtRecords">,
  dependsOn: pulumi.Resource[] = [],
): void {
  new RecordSet(
    key,
    {
      ...{ resourceGroupName: zone.group, zoneName: zone.name, recordType },
      ...{ relativeRecordSetName: name.slice(0, -(traffic.zone.length + 1)), ttl: Math.max(1, traffic.ttlSeconds) },
      ...values,
    },
    pulumi.mergeOptions(cloud, { dependsOn }),
  );
}

function buildProfile(
  context: Context,
  zone: AzureZone,
  { key, label, routing, endpoints }: TrafficManagerProfile,
  made: ReadonlyMap<string, Profile>,
): Profile {
  const { traffic, plan, cloud } = context;
  const { path, port, protocol } = traffic.health;
  const { intervalSeconds, failures, timeoutSeconds } = plan.time;
  return new Profile(
    key,
    {
      ...{ resourceGroupName: zone.group, profileName: label, location: "global", trafficRoutingMethod: routing },
      dnsConfig: { relativeName: label, ttl: traffic.ttlSeconds },
      monitorConfig: {
        ...{ protocol: protocol === "https" ? "HTTPS" : "HTTP", port, path },
        ...{ intervalInSeconds: intervalSeconds, timeoutInSeconds: timeoutSeconds },
        // Azure counts the failures that it puts up with, not the one that is too many.
        toleratedNumberOfFailures: failures - 1,
        customHeaders: [{ name: "host", value: traffic.domain }],
      },
      endpoints: endpoints.map((endpoint) => endpointArgs(context, endpoint, made)),
    },
    cloud,
  );
}

const TYPE = "Microsoft.Network/trafficManagerProfiles";

function endpointArgs(
  { addresses }: Context,
  { name, site, address = 0, nested, location, priority, weight }: TrafficManagerEndpoint,
  made: ReadonlyMap<string, Profile>,
) {
  const common = {
    ...{ name, endpointStatus: "Enabled" },
    ...(priority !== undefined && { priority }),
    ...(weight !== undefined && { weight }),
    ...(location !== undefined && { endpointLocation: location }),
  };
  const profile = nested === undefined ? undefined : made.get(nested);
  if (profile !== undefined)
    return { ...common, type: `${TYPE}/nestedEndpoints`, targetResourceId: profile.id, minChildEndpoints: 1 };
  const target = (site === undefined ? [] : (addresses[site] ?? []))[address];
  return { ...common, type: `${TYPE}/externalEndpoints`, ...(target !== undefined && { target }) };
}
