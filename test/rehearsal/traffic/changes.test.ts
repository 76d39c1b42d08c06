import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { simulatedClouds } from "../../../rehearsal/clouds";
import { type Deployment, openSession } from "../../../rehearsal/engine";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";

/** Two clusters that exist, and a name at every service. */
const PROGRAM = `const { Config } = require("@pulumi/pulumi");
const { Fleet, existing } = require("pulumi-multisite");
const { route53 } = require("pulumi-multisite/aws");
const { trafficManager } = require("pulumi-multisite/azure");
const { cloudDns } = require("pulumi-multisite/gcp");
const site = (name, number) => ({ kind: "existing", name, number, region: name, provider: "vsphere", identity: "uid-" + name,
  allocatable: { cpu: 12, memoryGiB: 48, pods: 330, nodes: 3, verifiedAt: "2026-11-01" },
  coordinates: { latitude: 10 * number, longitude: 8 }, endpoints: { ingress: ["203.0.113." + number] },
  cidrs: { nodes: ["192.168." + number + ".0/24"], pods: ["10." + number + ".128.0/17"], services: ["10." + number + ".64.0/18"] } });
new Fleet("sample", { kinds: [existing], services: [route53, cloudDns, trafficManager], kubeconfigs: { oslo: "a", turin: "b" },
  spec: { demand: { cpu: 4 }, sites: [site("oslo", 1), site("turin", 2)],
    traffic: { domain: "shop.example.com", zone: "example.com", failover: new Config("shop").require("failover"), providers: [
      { service: "route53", account: "111122223333" },
      { service: "cloudDns", project: "shop-production" },
      { service: "trafficManager", subscription: "00000000-1111-2222-3333-444444444444", tenant: "55555555-6666-7777-8888-999999999999" },
    ] } } });
`;

/** Runs that each go on from what the one before left, in the same simulated clouds: what each did, in its order. */
function runs(t: TestContext): (failover: string) => Promise<string[]> {
  const projectDir = temporaryFolder(t);
  writeProgram(projectDir, PROGRAM);
  const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
  let state: Deployment | undefined;
  return async (failover) => {
    const config = { "shop:failover": failover };
    const session = await openSession({ projectDir, sources, config, ...(state && { state }) });
    try {
      const { exit, steps, diagnostics } = await session.up();
      assert.equal(exit, 0, JSON.stringify(diagnostics));
      state = session.deployment();
      return steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("$").at(-1)}`);
    } finally {
      await session.close();
    }
  };
}

test("failover changes on a fleet that serves, and back, while every service keeps its records of the domain", async (t) => {
  const run = runs(t);
  await run("spread");
  for (const failover of ["nearest", "spread"]) {
    const steps = await run(failover);
    const domain = steps.filter((step) => /::(\w+-)?nearest$/.test(step));
    assert.deepEqual(domain.sort(), [
      "update aws:route53/record:Record::oslo-nearest",
      "update aws:route53/record:Record::turin-nearest",
      "update azure-native:trafficmanager:Profile::nearest",
      "update gcp:dns/recordSet:RecordSet::nearest",
    ]);
    const led = steps.indexOf("update gcp:dns/recordSet:RecordSet::nearest");
    const ofCloudDns = (op: string) => steps.map((step) => step.startsWith(`${op} gcp:dns/recordSet:RecordSet`));
    assert.ok(ofCloudDns("create").lastIndexOf(true) < led, "what a name leads to comes first");
    assert.ok(ofCloudDns("delete").indexOf(true) > led, "and goes last");
  }
});
