import assert from "node:assert/strict";
import { test } from "node:test";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { ExportedService, type FleetSpec } from "../../lib";
import { contains, parseAddress, parseCidr } from "../../lib/plan/cidr";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import {
  CLUSTERSET_REQUESTS,
  clustersetDns,
  clustersetMembers,
  clustersetName,
  type MeshSpec,
  serviceImport,
} from "../../lib/plan/mesh";
import { recordFleet } from "../support/clouds";
import { type Graph, record } from "../support/graph";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";

function spec(mesh: MeshSpec | undefined, more: Partial<FleetSpec> = {}): FleetSpec {
  const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
  return fleetSpec(sites, { ...(mesh && { mesh }), ...more });
}

function build(of: FleetSpec): Promise<Graph> {
  const isMeshed = of.mesh !== undefined && of.mesh.implementation !== "none";
  if (!isMeshed) return recordFleet(of, {}, {});
  const pair = (part: string) => ({ certificate: part, key: pulumi.secret(part) });
  const all = { server: pair("s"), admin: pair("a"), remote: pair("r"), local: pair("l"), roots: "roots" };
  return recordFleet(of, {}, { meshCredentials: Object.fromEntries(of.sites.map(({ name }) => [name, all])) });
}

const STUB = (address: string) => `clusterset.local:53 {\n    errors\n    cache 5\n    forward . ${address}\n}\n`;

test("each built site answers the names of all sites at an address that nobody is given by chance", () => {
  const plan = fleetPlan(spec({}));
  for (const site of plan.sites) {
    const dns = clustersetDns(site, plan.mesh);
    assert.ok(dns, site.name);
    const services = parseCidr(site.addresses.serviceCidr);
    const start = parseAddress(dns.address)!;
    assert.ok(contains(services, { start, prefix: 32 }));
    // The part from which Kubernetes gives none away by itself is 16 addresses at least.
    assert.ok(start - services.start < 16 && dns.address !== site.addresses.dnsServiceIp);
    const service = dns.objects.find(({ kind }) => kind === "Service")!;
    assert.equal((service.body.spec as { clusterIP: string }).clusterIP, dns.address);
    const config = dns.objects.find(({ kind }) => kind === "ConfigMap")!;
    const { Corefile } = config.body.data as { Corefile: string };
    assert.match(
      Corefile,
      /^clusterset\.local:53 \{\n {4}errors\n[\s\S]*kubernetes clusterset\.local \{\n {8}multicluster clusterset\.local\n/,
    );
    const role = JSON.stringify(dns.objects.find(({ kind }) => kind === "ClusterRole")?.body);
    assert.match(role, /"serviceimports"/);
    assert.doesNotMatch(role, /secrets|"\*"|"get"|"create"/);
  }
});

test("the cluster's own DNS is told of it where its cloud lets it be told", () => {
  const plan = fleetPlan(spec({}));
  const [eks, gke, aks] = plan.sites.map((site) => clustersetDns(site, plan.mesh)!);
  assert.ok(eks?.stub.how === "addon");
  const { corefile } = JSON.parse(eks.stub.configurationValues) as { corefile: string };
  assert.ok(corefile.startsWith(".:53 {\n") && corefile.endsWith(STUB(eks.address)), corefile);
  assert.match(corefile, /kubernetes cluster\.local in-addr\.arpa ip6\.arpa \{\n {8}pods insecure\n/);
  assert.equal(corefile.split("{").length, corefile.split("}").length);
  assert.deepEqual(gke?.stub, {
    ...{ how: "configMap", name: "kube-dns" },
    data: { stubDomains: `{"clusterset.local":["${gke?.address}"]}` },
  });
  assert.deepEqual(aks?.stub, {
    ...{ how: "configMap", name: "coredns-custom" },
    data: { "clusterset.server": STUB(aks?.address ?? "") },
  });
});

test("a site's graph has the server, and a patch of what is the cloud's; without a mesh none of it", async () => {
  const graph = await build(spec({}));
  const named = (site: string) =>
    graph.resources
      .filter(({ name }) => name.startsWith(`${site}-clusterset-`))
      .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  const server = (site: string) => [
    `ServiceAccount ${site}-clusterset-dns-service-account`,
    `ClusterRole ${site}-clusterset-dns-cluster-role`,
    `ClusterRoleBinding ${site}-clusterset-dns-cluster-role-binding`,
    `ConfigMap ${site}-clusterset-dns-config-map`,
    `Deployment ${site}-clusterset-dns-deployment`,
    `Service ${site}-clusterset-dns-service`,
    `PodDisruptionBudget ${site}-clusterset-dns-pod-disruption-budget`,
  ];
  assert.deepEqual(named("frankfurt"), server("frankfurt"));
  for (const site of ["belgium", "amsterdam"])
    assert.deepEqual(named(site), [...server(site), `ConfigMapPatch ${site}-clusterset-stub`]);
  const addon = graph.one("aws:eks/addon:Addon", "frankfurt-coredns");
  assert.match(String(addon.inputs.configurationValues), /clusterset\.local:53/);
  for (const { type, inputs, name } of graph.resources)
    if (type.endsWith(":Deployment") && name.includes("clusterset")) {
      const { template } = inputs.spec as { template: { spec: { containers: { resources: { requests: object } }[] } } };
      const { cpuMillis, memoryMiB } = CLUSTERSET_REQUESTS;
      assert.deepEqual(template.spec.containers[0]?.resources.requests, {
        cpu: `${cpuMillis}m`,
        memory: `${memoryMiB}Mi`,
      });
    }
  for (const without of [spec(undefined), spec({ implementation: "none" })]) {
    const plain = await build({ ...without });
    assert.deepEqual(
      plain.resources.filter(({ name }) => name.includes("clusterset")),
      [],
    );
    assert.equal(plain.one("aws:eks/addon:Addon", "frankfurt-coredns").inputs.configurationValues, undefined);
  }
});

test("a cluster that exists keeps its DNS, and one node runs one server without a budget that would hold it up", () => {
  const sites = [
    eksSite("frankfurt", 1, { pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 1 }] }),
    existingSite("basel", 2, { endpoints: { mesh: ["192.168.16.9"] } }),
  ];
  const plan = fleetPlan(fleetSpec(sites, { mesh: { mtuBytes: 1370 } }));
  assert.equal(clustersetDns(plan.sites[1]!, plan.mesh), undefined);
  const { objects } = clustersetDns(plan.sites[0]!, plan.mesh)!;
  const { replicas } = objects.find(({ kind }) => kind === "Deployment")!.body.spec as { replicas: number };
  assert.equal(replicas, 1);
  assert.ok(!objects.some(({ kind }) => kind === "PodDisruptionBudget"));
});

test("a Service that somebody else made is exported from each site, by the version that its Cilium reads", async () => {
  for (const [ciliumVersion, apiVersion] of [
    ["1.19", "multicluster.x-k8s.io/v1alpha1"],
    ["1.20", "multicluster.x-k8s.io/v1beta1"],
  ] as const) {
    let hostname = "";
    const graph = await record(() => {
      const sites = Object.fromEntries(
        ["frankfurt", "belgium"].map((name) => [name, { kubernetes: new Provider(name, { kubeconfig: "{}" }) }]),
      );
      const { mesh } = fleetPlan(spec({ ciliumVersion }));
      const exported = { labels: { team: "shop" } };
      ({ hostname } = new ExportedService("cart", { sites, mesh, namespace: "shop", exported }));
    });
    const made = graph.resources.filter(({ name }) => name.endsWith("-export"));
    assert.deepEqual(
      made.map(({ name, inputs }) => [name, inputs.apiVersion, inputs.kind, inputs.metadata, inputs.spec]),
      ["frankfurt", "belgium"].map((site) => [
        ...[`cart-${site}-export`, apiVersion, "ServiceExport"],
        ...[{ name: "cart", namespace: "shop" }, { exportedLabels: { team: "shop" } }],
      ]),
    );
    assert.equal(hostname, "cart.shop.svc.clusterset.local");
  }
});

test("names lead to a Service of all sites, to each pod of a StatefulSet, and a route may name its import", () => {
  assert.equal(clustersetName({ name: "cart" }), "cart.default.svc.clusterset.local");
  assert.deepEqual(clustersetMembers("etcd", { frankfurt: 1, belgium: 2 }, { name: "etcd", namespace: "data" }), [
    "etcd-0.frankfurt.etcd.data.svc.clusterset.local",
    "etcd-0.belgium.etcd.data.svc.clusterset.local",
    "etcd-1.belgium.etcd.data.svc.clusterset.local",
  ]);
  assert.deepEqual(serviceImport({ name: "cart" }), {
    group: "multicluster.x-k8s.io",
    kind: "ServiceImport",
    name: "cart",
  });
});
