import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench } from "./support";

/** What keeps a site in order once it is there: maintenance windows, locks, log buckets and sinks. */

const TENANT = "22222222-2222-4222-a222-222222222222";
const azure = { subscriptionId: "11111111-1111-4111-a111-111111111111", tenantId: TENANT };
const WINDOW = "azure-native:containerservice:MaintenanceConfiguration";

async function aks(bench: Bench) {
  const group = await bench.make("azure-native:resources:ResourceGroup", { location: "westeurope" }, "eu");
  const inGroup = { resourceGroupName: group.out("name") };
  const identity = await bench.make("azure-native:managedidentity:UserAssignedIdentity", inGroup, "identity");
  const system = { name: "system", mode: "System", count: 3, vmSize: "Standard_D4s_v5" };
  const cluster = await bench.make("azure-native:containerservice:ManagedCluster", {
    ...inGroup,
    dnsPrefix: "eu",
    identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
    agentPoolProfiles: [system],
  });
  return { inGroup, cluster };
}

const weekly = { weekly: { intervalWeeks: 1, dayOfWeek: "Monday" } };
const hours = { schedule: weekly, startTime: "12:00", durationHours: 12, utcOffset: "+00:00" };

describe("Azure's maintenance windows", () => {
  const rows: [what: string, change: Properties, message: RegExp][] = [
    ["what AKS takes", {}, /^$/],
    ["another name", { configName: "mine" }, /configName: must be .*aksManagedNodeOSUpgradeSchedule/],
    ["three hours", { maintenanceWindow: { ...hours, durationHours: 3 } }, /durationHours: must be .*4 to 24/],
    ["no time", { maintenanceWindow: { ...hours, startTime: "24:00" } }, /startTime: must be a time/],
    ["no schedule", { maintenanceWindow: { ...hours, schedule: {} } }, /exactly one of .*; got none/],
    [
      "two schedules",
      { maintenanceWindow: { ...hours, schedule: { ...weekly, daily: { intervalDays: 1 } } } },
      /exactly one of .*; got daily, weekly/,
    ],
    [
      "a daily default",
      { configName: "default", maintenanceWindow: { ...hours, schedule: { daily: { intervalDays: 1 } } } },
      /daily: is not for the configuration "default"/,
    ],
    ["a cluster that is not there", { resourceName: "none" }, /resourceName: .*does not exist/],
  ];
  for (const [what, change, message] of rows) {
    it(what, async () => {
      const bench = await Bench.open("azure-native", azure);
      const { inGroup, cluster } = await aks(bench);
      const given = { configName: "aksManagedNodeOSUpgradeSchedule", maintenanceWindow: hours };
      const inputs = { ...inGroup, resourceName: cluster.out("name"), ...given, ...change };
      assert.match(await bench.refusal(WINDOW, inputs), message);
      assert.equal(bench.source.fidelity(WINDOW), "modelled");
    });
  }
});

it("a lock on the pool that came with a cluster holds the cluster", async () => {
  const bench = await Bench.open("azure-native", azure);
  const { cluster } = await aks(bench);
  const type = "azure-native:authorization:ManagementLockByScope";
  const lock = await bench.make(type, { scope: `${cluster.id}/agentPools/system`, level: "CanNotDelete" }, "lock");
  await assert.rejects(bench.remove(cluster), /in use by .*\/agentPools\/system\/.*locks\/lock/);
  await bench.remove(lock);
  await bench.remove(cluster);
});

describe("Google's log buckets and sinks", () => {
  const BUCKET = "gcp:logging/projectBucketConfig:ProjectBucketConfig";
  const SINK = "gcp:logging/projectSink:ProjectSink";
  const google = { project: "my-project-1", region: "europe-west1" };
  const bucket = { project: "my-project-1", location: "europe-west1", bucketId: "eu-audit", retentionDays: 90 };

  it("a sink fills a bucket that is there, or one of the project's own", async () => {
    const bench = await Bench.open("gcp", google);
    const made = await bench.make(BUCKET, bucket);
    assert.equal(made.id, "projects/my-project-1/locations/europe-west1/buckets/eu-audit");
    const sink = await bench.make(SINK, { destination: `logging.googleapis.com/${made.id}`, filter: "x" }, "eu");
    assert.match(sink.out("name"), /^eu-[0-9a-f]{7}$/);
    const own = "logging.googleapis.com/projects/my-project-1/locations/global/buckets/_Default";
    for (const destination of [own, "storage.googleapis.com/archive"]) {
      assert.equal(await bench.refusal(SINK, { destination }), "", destination);
    }
    assert.equal(bench.source.fidelity(SINK), "modelled");
  });

  it("refuses what Google refuses", async () => {
    const bench = await Bench.open("gcp", google);
    assert.match(await bench.refusal(BUCKET, { ...bucket, retentionDays: 4000 }), /retentionDays: must be .*1 to 3650/);
    assert.match(await bench.refusal(BUCKET, { ...bucket, bucketId: "_mine" }), /bucketId: must be/);
    assert.match(await bench.refusal(SINK, { destination: "s3://x" }), /destination: must be/);
    const missing = "logging.googleapis.com/projects/my-project-1/locations/europe-west1/buckets/none";
    assert.match(await bench.refusal(SINK, { destination: missing }), /destination: .*does not exist/);
  });

  it("keeps a bucket's place for life, and changes its retention", async () => {
    const bench = await Bench.open("gcp", google);
    const made = await bench.make(BUCKET, bucket);
    assert.deepEqual((await bench.diff(made, { ...bucket, retentionDays: 400 })).replaces, []);
    assert.deepEqual((await bench.diff(made, { ...bucket, location: "europe-west4" })).replaces, ["location"]);
  });
});
