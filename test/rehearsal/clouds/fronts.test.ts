import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { Properties } from "../../../rehearsal/engine/provider";
import { Bench, type Made } from "./support";

/** What the anycast fronts refuse. That they take what the library sends is in test/rehearsal/traffic/front.test.ts. */

type Row = [title: string, inputs: () => Properties, message: RegExp | ""];

describe("Global Accelerator", () => {
  const ACCELERATOR = "aws:globalaccelerator/accelerator:Accelerator";
  const LISTENER = "aws:globalaccelerator/listener:Listener";
  const GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup";
  let aws: Bench;
  let accelerator: Made;
  let listener: Made;
  let eip: Made;
  beforeEach(async () => {
    aws = await Bench.open("aws", { region: "us-west-2" });
    const frankfurt = await Bench.in(aws.source, "aws", { region: "eu-central-1" });
    eip = await frankfurt.make("aws:ec2/eip:Eip", { domain: "vpc" });
    accelerator = await aws.make(ACCELERATOR, { name: "shop" });
    listener = await aws.make(LISTENER, listens(443, 443));
  });
  const listens = (fromPort: number, toPort: number): Properties => ({
    ...{ acceleratorArn: accelerator.id, protocol: "TCP", portRanges: [{ fromPort, toPort }] },
  });
  const group = (endpointGroupRegion: string, more: Properties = {}): Properties => ({
    ...{ listenerArn: listener.id, endpointGroupRegion },
    endpointConfigurations: [{ endpointId: eip.id, weight: 128 }],
    ...more,
  });

  // biome-ignore format: a table reads by its rows
  const GROUPS: Row[] = [
    ["an address of the group's region", () => group("eu-central-1"), ""],
    ["an address of another region", () => group("eu-west-1"), /EndpointNotFoundException: eipalloc-\w+ is in eu-central-1, the group is for eu-west-1/],
    ["a dial of 101", () => group("eu-central-1", { trafficDialPercentage: 101 }), /0 to 100/],
    ["a weight of 256", () => group("eu-central-1", { endpointConfigurations: [{ endpointId: eip.id, weight: 256 }] }), /0 to 255/],
    ["a check every 20 s", () => group("eu-central-1", { healthCheckIntervalSeconds: 20 }), /10, 30/],
    ["eleven failures", () => group("eu-central-1", { thresholdCount: 11 }), /1 to 10/],
    ["no path", () => group("eu-central-1", { healthCheckPath: "readyz" }), /a path/],
    ["eleven endpoints", () => group("eu-central-1", { endpointConfigurations: Array.from({ length: 11 }, () => ({ endpointId: eip.id })) }), /at most 10/],
  ];
  for (const [title, inputs, message] of GROUPS)
    it(`${message === "" ? "takes" : "refuses"} ${title}`, async () => {
      const said = await aws.refusal(GROUP, inputs());
      if (message === "") assert.equal(said, "");
      else assert.match(said, message);
    });

  it("refuses a second group of a region, and ports that another listener has", async () => {
    await aws.make(GROUP, group("eu-central-1"));
    assert.match(await aws.refusal(GROUP, group("eu-central-1")), /has a group for eu-central-1 already/);
    assert.match(await aws.refusal(LISTENER, listens(400, 500)), /InvalidPortRangeException: ports 443 to 443/);
    assert.equal(await aws.refusal(LISTENER, listens(80, 80)), "");
  });

  it("refuses a name that it would not take", async () => {
    assert.match(await aws.refusal(ACCELERATOR, { name: "-shop" }), /1 to 64 letters/);
  });
});

describe("Google's load balancer", () => {
  const type = (name: string) => `gcp:compute/${name[0]?.toLowerCase()}${name.slice(1)}:${name}`;
  const group = "https://www.googleapis.com/compute/v1/projects/shop/zones/europe-west1-b/instanceGroups/nodes";
  let gcp: Bench;
  let check: Made;
  beforeEach(async () => {
    gcp = await Bench.open("gcp", { project: "shop-production", region: "europe-west1" });
    check = await gcp.make(type("HealthCheck"), {
      name: "front",
      checkIntervalSec: 5,
      timeoutSec: 5,
      tcpHealthCheck: { port: 1 },
    });
  });
  const service = (backends: object[], more: Properties = {}): Properties => ({
    ...{ name: "front", loadBalancingScheme: "EXTERNAL_MANAGED", protocol: "HTTPS", portName: "front" },
    ...{ healthChecks: check.id, backends, ...more },
  });

  it("refuses groups that do not name the port, a group twice, and a rate that is not given", async () => {
    const backend = { group, balancingMode: "UTILIZATION" };
    assert.match(await gcp.refusal(type("BackendService"), service([backend])), /has no named port "front"/);
    await gcp.make(type("InstanceGroupNamedPort"), { group, zone: "europe-west1-b", name: "front", port: 30443 });
    assert.match(await gcp.refusal(type("BackendService"), service([backend, backend])), /a second time/);
    const rated = service([{ group, balancingMode: "RATE" }]);
    assert.match(await gcp.refusal(type("BackendService"), rated), /maxRate: or maxRatePerInstance/);
    assert.match(await gcp.refusal(type("BackendService"), service([{ ...backend, capacityScaler: 2 }])), /0 to 1/);
    assert.equal(await gcp.refusal(type("BackendService"), service([backend])), "");
  });

  it("refuses a proxy without a certificate, a certificate for a wildcard, and an address for two rules", async () => {
    const backends = await gcp.make(type("BackendService"), service([]));
    const map = await gcp.make("gcp:compute/uRLMap:URLMap", { name: "front", defaultService: backends.id });
    assert.match(
      await gcp.refusal(type("TargetHttpsProxy"), { name: "front", urlMap: map.id }),
      /sslCertificates: or certificateMap/,
    );
    const wildcard = { name: "front", managed: { domains: ["*.example.com"] } };
    assert.match(await gcp.refusal(type("ManagedSslCertificate"), wildcard), /no wildcard/);
    const certificate = await gcp.make(type("ManagedSslCertificate"), {
      name: "front",
      managed: { domains: ["shop.example.com"] },
    });
    const proxy = await gcp.make(type("TargetHttpsProxy"), {
      name: "front",
      urlMap: map.id,
      sslCertificates: [certificate.id],
    });
    const address = await gcp.make(type("GlobalAddress"), { name: "front" });
    const rule = (name: string): Properties => ({
      ...{ name, target: proxy.id, ipAddress: address.id, ipProtocol: "TCP", portRange: "443" },
      loadBalancingScheme: "EXTERNAL_MANAGED",
    });
    await gcp.make(type("GlobalForwardingRule"), rule("front"));
    assert.match(await gcp.refusal(type("GlobalForwardingRule"), rule("again")), /is in use by/);
  });
});

describe("Front Door", () => {
  const type = (name: string) => `azure-native:cdn:${name}`;
  let azure: Bench;
  let origins: Made;
  let domain: Made;
  const within = { resourceGroupName: "front", profileName: "shop" };
  beforeEach(async () => {
    azure = await Bench.open("azure-native", {
      subscriptionId: "aaaaaaaa-1111-2222-3333-444444444444",
      tenantId: "bbbbbbbb-1111-2222-3333-444444444444",
    });
    await azure.make("azure-native:resources:ResourceGroup", { resourceGroupName: "front", location: "westeurope" });
    await azure.make(type("Profile"), { ...within, location: "Global", sku: { name: "Standard_AzureFrontDoor" } });
    await azure.make(type("AFDEndpoint"), { ...within, endpointName: "shop", location: "Global" });
    origins = await azure.make(type("AFDOriginGroup"), group());
    domain = await azure.make(type("AFDCustomDomain"), named("shop"));
  });
  const group = (load: object = {}, more: Properties = {}): Properties => ({
    ...{ ...within, originGroupName: "sites" },
    loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3, ...load },
    ...more,
  });
  const named = (customDomainName: string): Properties => ({
    ...within,
    customDomainName,
    hostName: "shop.example.com",
  });
  const origin = (originName: string, more: Properties = {}): Properties => ({
    ...{ ...within, originGroupName: "sites", originName, hostName: "203.0.113.7", weight: 500, ...more },
  });
  const route = (more: Properties = {}): Properties => ({
    ...{ ...within, endpointName: "shop", routeName: "sites", originGroup: { id: origins.id } },
    ...{ customDomains: [{ id: domain.id }], linkToDefaultDomain: "Disabled", ...more },
  });

  // biome-ignore format: a table reads by its rows
  const ROWS: [title: string, type: string, inputs: () => Properties, message: RegExp | ""][] = [
    ["an origin", "AFDOrigin", () => origin("a"), ""],
    ["a weight of 0", "AFDOrigin", () => origin("a", { weight: 0 }), /1 to 1000/],
    ["a priority of 6", "AFDOrigin", () => origin("a", { priority: 6 }), /1 to 5/],
    ["more good samples than samples", "AFDOriginGroup", () => group({ successfulSamplesRequired: 5 }, { originGroupName: "x" }), /at most the sampleSize of 4/],
    ["a latency of two seconds", "AFDOriginGroup", () => group({ additionalLatencyInMilliseconds: 2000 }, { originGroupName: "x" }), /0 to 1000/],
    ["checks every five minutes", "AFDOriginGroup", () => group({}, { originGroupName: "x", healthProbeSettings: { probeIntervalInSeconds: 300 } }), /1 to 255/],
    ["a name that another profile has", "AFDCustomDomain", () => named("again"), /is that of .*customDomains\/shop already/],
    ["an endpoint of 47 characters", "AFDEndpoint", () => ({ ...within, endpointName: "a".repeat(47), location: "Global" }), /46/],
    ["a tier of the past", "Profile", () => ({ resourceGroupName: "front", profileName: "old", location: "Global", sku: { name: "Standard_Akamai" } }), /Standard_AzureFrontDoor/],
  ];
  for (const [title, name, inputs, message] of ROWS)
    it(`${message === "" ? "takes" : "refuses"} ${title}`, async () => {
      const said = await azure.refusal(type(name), inputs());
      if (message === "") assert.equal(said, "");
      else assert.match(said, message);
    });

  it("takes a route only to a group that has an origin, and under a name", async () => {
    assert.match(await azure.refusal(type("Route"), route()), /At least one enabled origin/);
    await azure.make(type("AFDOrigin"), origin("a", { enabledState: "Disabled" }));
    assert.match(await azure.refusal(type("Route"), route()), /At least one enabled origin/);
    await azure.make(type("AFDOrigin"), origin("b", { hostName: "203.0.113.8" }));
    assert.match(await azure.refusal(type("Route"), route({ customDomains: [] })), /needs a custom domain/);
    assert.equal(await azure.refusal(type("Route"), route()), "");
    assert.match(await azure.refusal(type("AFDOrigin"), origin("c")), /203\.0\.113\.7 is that of .*origins\/a/);
  });
});
