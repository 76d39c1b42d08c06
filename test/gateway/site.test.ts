import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";
import { type RehearsedGateway, rehearsedGateway } from "../support/rehearsedGateway";
import { leaf, root } from "../trust/certificates";

const CA = root("public root");
const NAMES = { dnsNames: ["shop.example.com"] };
const PUBLIC = leaf(CA, "shop.example.com", NAMES, true);
const END = new X509Certificate(PUBLIC.certPem).validTo;
const pem = () => JSON.stringify({ certificate: PUBLIC.chainPem, key: PUBLIC.keyPem });
const SITES = ["frankfurt", "belgium", "amsterdam", "cellar"];

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, looked into by name
type Loose = any;

describe("the gateways of four sites, with certificates that the program gives", () => {
  let fleet: RehearsedGateway;
  before(async () => {
    fleet = await rehearsedGateway({ pem: pem(), drained: "belgium" });
  });
  const inputs = (type: string, name: string): Loose => fleet.one(type, name).inputs;

  it("change nothing when they run again", () => assert.deepEqual(fleet.again, []));

  it("end the users' TLS with the site's own Secret, and lead the name to the team's Services", () => {
    for (const site of SITES) {
      const { spec, metadata } = inputs("Gateway", `${site}-gateway`);
      assert.deepEqual([spec.gatewayClassName, metadata.namespace], ["cilium", "multisite-gateway"]);
      const [https] = spec.listeners;
      assert.deepEqual(
        [https.port, https.tls.mode, https.tls.certificateRefs[0].name],
        [443, "Terminate", "public-certificate"],
      );
      const { data, type } = inputs("Secret", `${site}-gateway-certificate`);
      assert.deepEqual([type, "ciphertext" in data], ["kubernetes.io/tls", true]);
      const { hostnames, rules, parentRefs } = inputs("HTTPRoute", `${site}-gateway-services`).spec;
      assert.deepEqual([hostnames, parentRefs[0].sectionName], [["shop.example.com"], "https"]);
      assert.deepEqual(
        rules.map(({ matches, backendRefs }: Loose) => [
          matches[0].path.value,
          backendRefs[0].namespace,
          backendRefs[0].name,
        ]),
        [
          ["/", "shop", "frontend"],
          ["/api", "orders", "api"],
        ],
      );
      const grant = inputs("ReferenceGrant", `${site}-gateway-to-orders`);
      assert.equal(grant.metadata.namespace, "orders");
      assert.deepEqual(grant.spec.to, [{ group: "", kind: "Service", name: "api" }]);
    }
  });

  it("answer for readiness by two pods that ask every Service, and never in a site that is drained", () => {
    for (const site of SITES) {
      const [rule] = inputs("HTTPRoute", `${site}-gateway-readiness`).spec.rules;
      assert.deepEqual(rule.matches, [{ path: { type: "Exact", value: "/readyz" } }]);
      assert.equal(rule.backendRefs[0].name, "readiness");
      assert.equal(inputs("Deployment", `${site}-gateway-readiness`).spec.replicas, 2);
      assert.equal(inputs("PodDisruptionBudget", `${site}-gateway-readiness`).spec.minAvailable, 1);
      const config: string = inputs("ConfigMap", `${site}-gateway-readiness`).data["haproxy.cfg"];
      assert.match(config, /server service frontend\.shop\.svc\.cluster\.local:80 check/);
      assert.equal(/monitor fail if TRUE/.test(config), site === "belgium", site);
    }
    const hash = (site: string) =>
      inputs("Deployment", `${site}-gateway-readiness`).spec.template.metadata.annotations["multisite/config"];
    assert.notEqual(hash("belgium"), hash("frankfurt"), "pods that read another configuration are other pods");
    assert.equal(hash("amsterdam"), hash("frankfurt"));
  });

  it("hold the addresses that were reserved before them: by a balancer of ours on AWS, by annotations elsewhere", () => {
    const balancer = inputs("LoadBalancer", "frankfurt-gateway");
    const reserved = fleet.all("aws:ec2/eip:Eip").filter(({ name }) => name.startsWith("frankfurt-public-"));
    assert.deepEqual(
      balancer.subnetMappings.map(({ allocationId }: Loose) => allocationId).sort(),
      reserved.map(({ outputs }) => outputs.allocationId).sort(),
    );
    assert.deepEqual([balancer.internal, balancer.loadBalancerType], [false, "network"]);
    const service = (site: string) => inputs("core/v1:Service", `${site}-gateway-entry`);
    assert.deepEqual(
      service("frankfurt").spec.ports.map(({ port, nodePort }: Loose) => [port, nodePort]),
      [
        [80, 30_080],
        [443, 30_443],
      ],
    );
    const ports = ["https", "http"].map((word) => inputs("TargetGroup", `frankfurt-gateway-${word}`).port);
    assert.deepEqual(ports, [30_443, 30_080]);
    assert.equal(service("frankfurt").spec.loadBalancerClass, "multisite/none", "no controller makes a second one");
    const google = service("belgium").metadata.annotations;
    assert.equal(google["networking.gke.io/load-balancer-ip-addresses"], "belgium-public");
    const azure = service("amsterdam").metadata.annotations;
    assert.equal(azure["service.beta.kubernetes.io/azure-pip-name"], "amsterdam-public");
    assert.equal(service("amsterdam").metadata.name, "cilium-gateway-public", "the name that Cilium gives it");
    assert.ok(!fleet.resources.some(({ name }) => name === "cellar-gateway-entry"), "its own team's");
  });

  it("have Gateway API before Cilium, which then is their controller, and leave a cluster's own alone", () => {
    for (const site of ["frankfurt", "belgium", "amsterdam"]) {
      const values: Loose = inputs("Release", `${site}-cilium`).values;
      assert.deepEqual(values.gatewayAPI, { enabled: true, gatewayClass: { create: "true" } });
      assert.equal(values.kubeProxyReplacement, true);
      const made = fleet.all("CustomResourceDefinition").filter(({ name }) => name.startsWith(`${site}-`));
      assert.equal(made.length, 5);
      const cilium = fleet.one("Release", `${site}-cilium`);
      for (const { urn } of made) assert.ok(cilium.dependsOn.includes(urn), urn);
    }
    assert.ok(!fleet.all("CustomResourceDefinition").some(({ name }) => name.startsWith("cellar-")));
  });

  it("end their site's readiness when their certificate ends", () => {
    const config: string = inputs("ConfigMap", "cellar-gateway-readiness").data["haproxy.cfg"];
    assert.ok(config.includes(`monitor fail if { date ge ${Date.parse(END) / 1000} }`), config);
  });

  it("keep the key of the certificate from everybody", () => {
    const shown = JSON.stringify(fleet.resources);
    const [, line] = PUBLIC.keyPem.split("\n") as [string, string];
    for (const text of [line, Buffer.from(PUBLIC.keyPem).toString("base64").slice(60, 120)])
      assert.ok(!shown.includes(text));
  });
});

describe("gateways behind an anycast front", () => {
  it("have the port that Google's load balancer looks for, in the Service that Cilium takes over", async () => {
    const fleet = await rehearsedGateway({ pem: pem(), front: "globalLoadBalancer" }, "fronted", false);
    const { spec, metadata }: Loose = fleet.one("core/v1:Service", "belgium-gateway-entry").inputs;
    assert.equal(spec.ports.find(({ port }: Loose) => port === 443).nodePort, 30_443);
    const check: Loose = fleet.one("gcp:compute/healthCheck:HealthCheck", "front").inputs.httpsHealthCheck;
    assert.deepEqual([check.port, check.requestPath], [30_443, "/readyz"]);
    assert.equal(metadata.annotations["cloud.google.com/l4-rbs"], "enabled");
  });

  it("refuse what did not come through the fleet's own Front Door, but not its checks", async () => {
    const fleet = await rehearsedGateway({ pem: pem(), front: "frontDoor" }, "fronted");
    const id = fleet.one("cdn:Profile", "front").outputs.frontDoorId;
    assert.equal(typeof id, "string");
    const rules = (name: string): Loose[] =>
      (fleet.one("HTTPRoute", `amsterdam-gateway-${name}`).inputs.spec as Loose).rules;
    for (const { matches } of rules("services"))
      for (const { headers } of matches)
        assert.deepEqual(headers, [{ type: "Exact", name: "X-Azure-FDID", value: id }]);
    assert.equal(rules("readiness")[0].matches[0].headers, undefined);
    assert.deepEqual(fleet.again, []);
  });
});
