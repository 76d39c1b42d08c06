import type { HealthCheckConfig, ResourceRecordSet } from "@aws-sdk/client-route-53";

/** Inputs of Pulumi's resources as Route 53's API takes them, with the names that AWS has given in place of made-up ones. */

type Inputs = Readonly<Record<string, unknown>>;
type Names = ReadonlyMap<string, string>;

/** An id without the path that the API puts before it. */
export function hostedZone(id: string | undefined): string {
  return (id ?? "").replace("/hostedzone/", "");
}

export function healthCheckConfig(inputs: Inputs, names: Names): HealthCheckConfig {
  const given = (value: unknown) => names.get(value as string) ?? (value as string);
  const children = inputs.childHealthchecks as string[] | undefined;
  return defined<HealthCheckConfig>({
    Type: inputs.type,
    IPAddress: given(inputs.ipAddress),
    Port: inputs.port,
    ResourcePath: inputs.resourcePath,
    FullyQualifiedDomainName: inputs.fqdn,
    RequestInterval: inputs.requestInterval,
    FailureThreshold: inputs.failureThreshold,
    EnableSNI: inputs.enableSni,
    ChildHealthChecks: children?.map(given),
    HealthThreshold: inputs.childHealthThreshold,
  });
}

export function recordSet(inputs: Inputs, names: Names): ResourceRecordSet {
  const given = (value: unknown) => names.get(value as string) ?? (value as string);
  const first = (name: string) => (inputs[name] as Inputs[] | undefined)?.[0];
  const alias = first("aliases");
  const place = inputs.geoproximityRoutingPolicy as { coordinates: [{ latitude: string; longitude: string }] };
  return defined<ResourceRecordSet>({
    Name: inputs.name,
    Type: inputs.type,
    SetIdentifier: inputs.setIdentifier,
    TTL: inputs.ttl,
    ResourceRecords: (inputs.records as string[] | undefined)?.map((one) => ({ Value: given(one) })),
    HealthCheckId: given(inputs.healthCheckId),
    Weight: first("weightedRoutingPolicies")?.weight,
    Failover: first("failoverRoutingPolicies")?.type,
    Region: first("latencyRoutingPolicies")?.region,
    GeoProximityLocation: place && {
      Coordinates: { Latitude: place.coordinates[0].latitude, Longitude: place.coordinates[0].longitude },
    },
    AliasTarget: alias && {
      HostedZoneId: given(alias.zoneId),
      DNSName: alias.name,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
  });
}

/** Without what is not given. */
function defined<T>(of: Readonly<Record<string, unknown>>): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}
