import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  GetHealthCheckCommand,
  type HealthCheckConfig,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
} from "@aws-sdk/client-route-53";
import type { ServicePlan } from "../../../lib/plan/routing/plan";
import type { ResourceView } from "../../../rehearsal/engine";
import { type Moto, moto } from "../../support/moto";
import { reserveAddresses } from "../../support/moto/addresses";
import { healthCheckConfig, hostedZone, recordSet } from "../../support/moto/route53";
import { type Rehearsed, rehearsed } from "../../support/rehearsedTraffic";

const ZONE = "example.com";

/** What a rehearsal called by made-up ids and addresses, by what AWS calls it. */
type Names = Map<string, string>;

/** Everything of a kind that the program has in AWS, in the order in which it was made. */
const ofType = ({ resources }: Rehearsed, type: string): ResourceView[] => resources.filter((one) => one.type === type);

async function makeChecks({ route53 }: Moto, fleet: Rehearsed, names: Names): Promise<void> {
  for (const { id, inputs } of ofType(fleet, "aws:route53/healthCheck:HealthCheck")) {
    const HealthCheckConfig = healthCheckConfig(inputs, names);
    const made = await route53.send(new CreateHealthCheckCommand({ CallerReference: id, HealthCheckConfig }));
    names.set(id, made.HealthCheck?.Id as string);
  }
}

async function makeZone({ route53 }: Moto, fleet: Rehearsed, names: Names): Promise<string> {
  const [zone] = ofType(fleet, "aws:route53/zone:Zone");
  assert.equal(zone?.inputs.name, ZONE);
  const made = await route53.send(new CreateHostedZoneCommand({ Name: ZONE, CallerReference: zone.urn }));
  names.set(zone.id, hostedZone(made.HostedZone?.Id));
  return hostedZone(made.HostedZone?.Id);
}

async function makeRecords({ route53 }: Moto, fleet: Rehearsed, HostedZoneId: string, names: Names): Promise<void> {
  for (const { inputs } of ofType(fleet, "aws:route53/record:Record")) {
    const Action = inputs.allowOverwrite === true ? "UPSERT" : "CREATE";
    const ChangeBatch = { Changes: [{ Action, ResourceRecordSet: recordSet(inputs, names) } as const] };
    await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch }));
  }
}

/** The record sets that the plan asks for, with the addresses and checks that AWS has given. */
function planned(plan: Route53Plan, domain: Domain, zone: string): Omit<ResourceRecordSet, "HealthCheckId">[] {
  return plan.records.map(({ name, setIdentifier, policy, alias, site }) => ({
    ...{ Name: `${name}.`, Type: "A" as const, SetIdentifier: setIdentifier },
    ...(policy.kind === "latency" && { Region: policy.region as NonNullable<ResourceRecordSet["Region"]> }),
    ...(policy.kind === "failover" && { Failover: policy.type }),
    ...(policy.kind === "weighted" && { Weight: policy.weight }),
    ...(alias !== undefined && {
      AliasTarget: { HostedZoneId: zone, DNSName: alias, EvaluateTargetHealth: true },
    }),
    ...(site !== undefined && {
      TTL: domain.ttlSeconds,
      ResourceRecords: domain.addressesOf(site).map((Value) => ({ Value })),
    }),
  }));
}

type Route53Plan = Extract<ServicePlan, { service: "route53" }>;

interface Domain {
  readonly ttlSeconds: number;
  addressesOf(site: string): readonly string[];
}

/** Checks that what a record's check asks for is the site of the record: each of its addresses, as often as planned. */
async function checksAre(
  { route53 }: Moto,
  id: string | undefined,
  expected: HealthCheckConfig,
  all: readonly string[],
) {
  const read = async (HealthCheckId: string | undefined): Promise<HealthCheckConfig> => {
    const { HealthCheck } = await route53.send(new GetHealthCheckCommand({ HealthCheckId }));
    return HealthCheck?.HealthCheckConfig ?? { Type: undefined };
  };
  const top = await read(id);
  const leaves = top.Type === "CALCULATED" ? await Promise.all((top.ChildHealthChecks ?? []).map(read)) : [top];
  if (top.Type === "CALCULATED") assert.equal(top.HealthThreshold, 1);
  assert.deepEqual(leaves.map((one) => one.IPAddress).sort(), [...all].sort());
  for (const leaf of leaves)
    for (const [field, value] of Object.entries(expected))
      assert.equal(leaf[field as keyof HealthCheckConfig], value, field);
}

async function compare(t: TestContext, aws: Moto, fleet: Rehearsed): Promise<void> {
  const traffic = fleet.plan.traffic;
  const plan = traffic?.services.find((one): one is Route53Plan => one.service === "route53");
  assert.ok(traffic !== undefined && plan !== undefined);
  const names: Names = new Map();
  await reserveAddresses(aws, fleet, names);
  const zone = await makeZone(aws, fleet, names);
  await makeChecks(aws, fleet, names);
  await makeRecords(aws, fleet, zone, names);

  const list = await aws.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 300 }));
  assert.equal(list.IsTruncated, false);
  const all = list.ResourceRecordSets ?? [];
  const found = all.filter(({ Type }) => Type === "A");
  const real = (address: string) => names.get(address) ?? address;
  const addressesOf = (site: string) => (fleet.addresses.get(site) ?? []).map(real);
  const key = ({ Name, SetIdentifier }: ResourceRecordSet) => `${Name} ${SetIdentifier}`;
  const sorted = (of: ResourceRecordSet[]) => [...of].sort((a, b) => key(a).localeCompare(key(b)));
  const withoutChecks = found.map(({ HealthCheckId: _, ...rest }) => rest);
  assert.deepEqual(sorted(withoutChecks), sorted(planned(plan, { ...traffic, addressesOf }, zone)));
  assert.equal(found.length, 4 * traffic.sites.length);

  const { path, port, protocol } = traffic.health;
  for (const record of found) {
    const site: string | undefined = plan.records.find(
      (one) => `${one.name}. ${one.setIdentifier}` === key(record),
    )?.site;
    assert.equal(record.HealthCheckId === undefined, site === undefined, key(record));
    if (site === undefined) continue;
    const expected = {
      ...({ Type: protocol === "https" ? "HTTPS" : "HTTP", Port: port, ResourcePath: path, EnableSNI: true } as const),
      ...{ FullyQualifiedDomainName: traffic.domain, RequestInterval: plan.time.intervalSeconds },
      FailureThreshold: plan.time.failures,
    };
    await checksAre(aws, record.HealthCheckId, expected, addressesOf(site));
  }
  const [servers] = all.filter(({ Type, Name }) => Type === "NS" && Name === `${ZONE}.`);
  assert.ok((servers?.ResourceRecords ?? []).some(({ Value }) => /googledomains/.test(Value ?? "")));
  t.diagnostic(`${found.length} record sets, each as planned`);
}

test("records that AWS's own client puts into a Route 53 are what the plan says", async (t) => {
  const aws = await moto(t);
  if (typeof aws === "string") {
    t.skip(aws);
    return;
  }
  t.after(() => aws.route53.destroy());
  t.diagnostic("moto 5.2.5 keeps no coordinates of a record: these are held against the simulated clouds");
  await t.test("by latency, field by field", async (t) => compare(t, aws, await rehearsed({ steering: "latency" })));
  await t.test("by coordinates, a site with several addresses among them", async (t) => {
    await compare(t, aws, await rehearsed({}));
  });
});
