import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { simulatedClouds } from "../../../rehearsal/clouds";
import { openSession, type RunResult, type Session } from "../../../rehearsal/engine";
import { authorities } from "../../../rehearsal/traffic";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";

const RECORD = /:Record(Set)?$/;

/** Two clusters that exist, and a zone that each service has already. */
const program = (state: string) => `const { Fleet, existing } = require("pulumi-multisite");
const { route53 } = require("pulumi-multisite/aws");
const { trafficManager } = require("pulumi-multisite/azure");
const { cloudDns } = require("pulumi-multisite/gcp");
const site = (name, number) => ({ kind: "existing", name, number, state: "${state}", region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 12, memoryGiB: 48, pods: 330, nodes: 3, verifiedAt: "2026-11-01" },
  coordinates: { latitude: 10 * number, longitude: 8 }, endpoints: { ingress: ["203.0.113." + number] },
  cidrs: { nodes: ["192.168." + number + ".0/24"], pods: ["10." + number + ".128.0/17"], services: ["10." + number + ".64.0/18"] } });
new Fleet("sample", { kinds: [existing], services: [route53, cloudDns, trafficManager], kubeconfigs: { oslo: "of/oslo", turin: "of/turin" },
  spec: { demand: { cpu: 4 }, sites: [site("oslo", 1), site("turin", 2)], traffic: { domain: "shop.example.com", zone: "example.com", providers: [
    { service: "route53", account: "111122223333", hostedZoneId: "Z0123456789ABCDEFGHIJ" },
    { service: "cloudDns", project: "shop-production", managedZone: "example" },
    { service: "trafficManager", subscription: "00000000-1111-2222-3333-444444444444", tenant: "55555555-6666-7777-8888-999999999999", resourceGroup: "dns" },
  ] } } });
`;

async function opened(t: TestContext, state: string): Promise<Session> {
  const projectDir = temporaryFolder(t);
  writeProgram(projectDir, program(state));
  const session = await openSession({ projectDir, sources: [simulatedClouds({ moduleRoots: [projectDir] })] });
  t.after(() => session.close());
  return session;
}

async function up(session: Session): Promise<RunResult> {
  const result = await session.up();
  assert.equal(result.exit, 0, JSON.stringify(result.diagnostics));
  return result;
}

test("zones that exist are read before any record is made in them, and neither made nor changed", async (t) => {
  const session = await opened(t, "active");
  const { resources, steps } = await up(session);
  const read = steps.filter(({ op }) => op === "read").map(({ urn }) => urn);
  assert.deepEqual(read.map((urn) => urn.split("$").at(-1)).sort(), [
    "aws:route53/zone:Zone::example.com",
    "azure-native:dns:Zone::example.com",
    "azure-native:resources:ResourceGroup::traffic",
    "gcp:dns/managedZone:ManagedZone::example.com",
  ]);
  for (const { type, dependsOn } of resources.filter((one) => RECORD.test(one.type)))
    assert.ok(
      dependsOn.some((urn) => read.includes(urn)),
      type,
    );
  const zones = new Set<unknown>();
  for (const { type, inputs } of resources) {
    if (type === "aws:route53/record:Record") zones.add(inputs.zoneId);
    if (type === "gcp:dns/recordSet:RecordSet") zones.add(inputs.managedZone);
    if (type === "azure-native:dns:RecordSet") zones.add(`${inputs.resourceGroupName}/${inputs.zoneName}`);
  }
  assert.deepEqual(zones, new Set(["Z0123456789ABCDEFGHIJ", "example", "dns/example.com"]));
  const client = { latitude: 10, longitude: 8, chance: () => 0.5 };
  for (const one of authorities(resources))
    assert.match(
      String(one.answer("shop.example.com", client, () => true)?.addresses),
      /^203\.0\.113\.[12]$/,
      one.service,
    );
  const again = await up(session);
  const changed = again.steps.filter(({ op }) => op !== "same" && op !== "read");
  assert.deepEqual(changed, []);
});

test("while all sites are joining, no record leads to a name or to addresses that nobody has", async (t) => {
  const { resources } = await up(await opened(t, "joining"));
  assert.deepEqual(
    resources.filter(({ type }) => RECORD.test(type) || type.endsWith(":Profile")),
    [],
  );
});
