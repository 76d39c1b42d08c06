import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetArgs, type FleetSpec } from "../../lib";
import { eks } from "../../lib/aws";
import { aks } from "../../lib/azure";
import { gke } from "../../lib/gcp";
import type { MeshCredentials } from "../../lib/mesh/credentials";
import { recordFleet } from "../support/clouds";
import { childrenOf, type Graph, isSecret, type Registered, record } from "../support/graph";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite, kubeconfigOf } from "../support/specs";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const SECRET = "kubernetes:core/v1:Secret";
const kinds = [eks, gke, aks];

function spec(change: Partial<FleetSpec> = {}): FleetSpec {
  return fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)], { mesh: {}, ...change });
}

/** Texts that can be told apart, in place of certificates. */
function credentials(site: string): MeshCredentials {
  const pair = (part: string) => ({ certificate: `${site} ${part}`, key: pulumi.secret(`key of ${site} ${part}`) });
  return { server: pair("server"), admin: pair("admin"), remote: pair("remote"), local: pair("local"), roots: "roots" };
}

const all = (of: FleetSpec) =>
  Object.fromEntries(of.sites.filter(({ state }) => state !== "lost").map(({ name }) => [name, credentials(name)]));

function build(of: FleetSpec, more: Partial<FleetArgs> = {}): Promise<Graph> {
  return recordFleet(of, {}, { meshCredentials: all(of), ...more });
}

/** URNs of all that a resource waits for, itself or through others. */
function before(graph: Graph, { dependsOn }: Registered): Set<string> {
  const found = new Set<string>();
  const visit = (urns: readonly string[]): void => {
    for (const urn of urns.filter((one) => !found.has(one))) {
      found.add(urn);
      visit(graph.resources.find((one) => one.urn === urn)?.dependsOn ?? []);
    }
  };
  visit(dependsOn);
  return found;
}

test("each site has its certificates, and who may read, before its Cilium; three peer objects, whatever the number of sites", async () => {
  const graph = await build(spec());
  for (const site of ["frankfurt", "belgium", "amsterdam"]) {
    const own = childrenOf(graph, graph.one("multisite:index:Site", site).urn);
    const secrets = own.filter(({ type }) => type === SECRET).map(({ name }) => name);
    assert.deepEqual(secrets.sort(), [
      `${site}-cilium-clustermesh`,
      `${site}-cilium-kvstoremesh`,
      `${site}-clustermesh-apiserver-admin-cert`,
      `${site}-clustermesh-apiserver-local-cert`,
      `${site}-clustermesh-apiserver-remote-cert`,
      `${site}-clustermesh-apiserver-server-cert`,
    ]);
    const maps = own.filter(({ type }) => type === "kubernetes:core/v1:ConfigMap").map(({ name }) => name);
    assert.deepEqual(maps.sort(), [
      `${site}-cilium-root-ca.crt`,
      `${site}-clustermesh-remote-users`,
      `${site}-clusterset-dns-config-map`,
    ]);
    const release = graph.one(RELEASE, `${site}-cilium`);
    const first = own.filter(({ name }) => /-cert$|-root-ca|-remote-users$/.test(name));
    assert.equal(first.length, 6);
    for (const { name, urn } of first) assert.ok(release.dependsOn.includes(urn), `${name} is there first`);
  }
});

test("whom a site follows knows it and answers, agents ask last, and no Cilium waits for another site", async () => {
  const sites = [
    ...[eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3), eksSite("paris", 4)],
    existingSite("basel", 5, { endpoints: { mesh: ["192.168.16.9"] } }),
    gkeSite("london", 6, { state: "leaving" }),
  ];
  const graph = await build(fleetSpec(sites, { mesh: { mtuBytes: 1370 } }), { kubeconfigs: { basel: "of/basel" } });
  const members = sites.map(({ name }) => name).filter((name) => name !== "london");
  const map = (site: string) => graph.one("kubernetes:core/v1:ConfigMap", `${site}-clustermesh-remote-users`);
  const secret = (site: string, part: string) => graph.one(SECRET, `${site}-cilium-${part}`);
  for (const site of members) {
    const asked = before(graph, secret(site, "kvstoremesh"));
    const read = before(graph, secret(site, "clustermesh"));
    for (const peer of members) {
      assert.ok(asked.has(map(peer).urn), `${peer} knows ${site}`);
      for (const needed of peer === "basel" ? [] : whereMeshApiRuns(graph, peer))
        assert.ok(asked.has(needed.urn), `${needed.name} is there before ${site} asks`);
      assert.ok(read.has(secret(peer, "kvstoremesh").urn), `${peer}'s mesh API is told before ${site}'s agents`);
    }
  }
  const waiting = (name: string) => {
    const isOthers = (urn: string) => urn.includes("index:Site$") && !new RegExp(`::${name}(-|$)`).test(urn);
    return (one: Registered) => [...before(graph, one)].filter(isOthers);
  };
  for (const { name } of sites) {
    const own = childrenOf(graph, graph.one("multisite:index:Site", name).urn);
    const held = own.filter((one) => waiting(name)(one).length > 0).map((one) => one.name);
    const both = [`${name}-cilium-kvstoremesh`, `${name}-cilium-clustermesh`];
    assert.deepEqual(held, name === "london" ? [] : both, name);
  }
});

/** What the library installs that a site's mesh API runs on, and is reached by. */
function whereMeshApiRuns(graph: Graph, site: string): Registered[] {
  const own = childrenOf(graph, graph.one("multisite:index:Site", site).urn);
  const found = own.filter(
    ({ type, name }) => NODES.test(type) || name === `${site}-cilium` || name === `${site}-mesh`,
  );
  assert.ok(found.length > 0, `Cilium and nodes of ${site}`);
  return found;
}

const NODES = /:(NodeGroup|NodePool|AgentPool)$/;

test("what sites wait for of each other grows with their number, not with that of their pairs", async () => {
  const edges = async (count: number) => {
    const sites = Array.from({ length: count }, (_, at) => existing(at + 1));
    const kubeconfigs = Object.fromEntries(sites.map(({ name }) => [name, kubeconfigOf(name)]));
    const graph = await build(fleetSpec(sites, { mesh: { mtuBytes: 1370 } }), { kubeconfigs });
    return graph.all(SECRET).reduce((sum, { dependsOn }) => sum + dependsOn.length, 0);
  };
  const existing = (number: number) =>
    existingSite(`site-${number}`, number, {
      endpoints: { mesh: [`10.${number}.0.9`] },
      cidrs: { nodes: [`10.${number}.0.0/24`], pods: [`10.${number}.64.0/18`], services: [`10.${number}.128.0/18`] },
    });
  const [four, eight, sixteen] = [await edges(4), await edges(8), await edges(16)];
  assert.equal(sixteen - eight, 2 * (eight - four));
});

test("a Secret holds the site's own key, as a secret, and the roots; peers are bytes of the plan", async () => {
  const graph = await build(spec());
  const { inputs } = graph.one(SECRET, "belgium-clustermesh-apiserver-remote-cert");
  const data = inputs.data as Record<string, unknown>;
  assert.ok(isSecret(data["tls.key"]) || isSecret(inputs.data));
  const peers = graph.one(SECRET, "belgium-cilium-kvstoremesh").inputs;
  const text = JSON.stringify(peers);
  assert.match(text, /frankfurt/);
  assert.match(text, /amsterdam/);
  assert.ok(!("belgium" in ((peers.data as Record<string, unknown>) ?? {})));
});

test("on EKS a load balancer of ours holds the promised addresses, and lets the peers' nodes in and nobody else", async () => {
  const graph = await build(spec());
  const balancer = graph.one("aws:lb/loadBalancer:LoadBalancer", "frankfurt-mesh");
  const mappings = balancer.inputs.subnetMappings as { privateIpv4Address: string }[];
  assert.equal(new Set(mappings.map((one) => one.privateIpv4Address)).size, 3);
  assert.equal(balancer.inputs.internal, true);
  const rules = graph
    .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter(({ name }) => name.startsWith("frankfurt-mesh-from-"));
  assert.deepEqual(
    rules.map(({ name, inputs }) => [name, inputs.cidrIpv4, inputs.fromPort, inputs.toPort]),
    [
      ["frankfurt-mesh-from-belgium", "10.2.0.0/19", 2379, 2379],
      ["frankfurt-mesh-from-amsterdam", "10.3.0.0/19", 2379, 2379],
    ],
  );
  assert.equal(graph.all("aws:autoscaling/attachment:Attachment").length, 1);
});

test("on EKS many peers are one list that one rule names", async () => {
  const many = Array.from({ length: 8 }, (_, index) => gkeSite(`peer-${index + 1}`, index + 2));
  const graph = await build(fleetSpec([eksSite("frankfurt", 1), ...many], { mesh: {} }));
  const rules = graph
    .all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    .filter(({ name }) => name.startsWith("frankfurt-mesh-from-"));
  const list = graph.one("aws:ec2/managedPrefixList:ManagedPrefixList", "frankfurt-mesh-peers");
  assert.deepEqual(
    rules.map(({ name }) => name),
    ["frankfurt-mesh-from-peers"],
  );
  assert.deepEqual([rules[0]?.inputs.cidrIpv4, typeof rules[0]?.inputs.prefixListId], [undefined, "string"]);
  assert.deepEqual(
    list.inputs.entries,
    many.map(({ number }) => ({ cidr: `10.${number}.0.0/19` })),
  );
});

test("Google's and Azure's controllers are told the subnet in which the promised address is", async () => {
  const graph = await build(spec());
  for (const [site, annotation] of [
    ["belgium", "networking.gke.io/internal-load-balancer-subnet"],
    ["amsterdam", "service.beta.kubernetes.io/azure-load-balancer-internal-subnet"],
  ] as const) {
    const { values } = graph.one(RELEASE, `${site}-cilium`).inputs as { values: unknown };
    assert.match(JSON.stringify(values), new RegExp(annotation.replaceAll("/", "\\/")), site);
  }
});

test("the minor version that the spec asks for is the chart that is installed", async () => {
  const graph = await build(spec({ mesh: { ciliumVersion: "1.20" } }));
  for (const { inputs } of graph.all(RELEASE).filter(({ name }) => name.endsWith("-cilium")))
    assert.equal(inputs.version, "1.20.2");
});

test("a site's own version of Cilium comes to that site alone, with the definitions that it reads", async () => {
  const walked = spec();
  walked.sites[0] = { ...walked.sites[0]!, ciliumVersion: "1.20" };
  const graph = await build(walked);
  const versions = graph.all(RELEASE).filter(({ name }) => name.endsWith("-cilium"));
  assert.deepEqual(Object.fromEntries(versions.map(({ name, inputs }) => [name, inputs.version])), {
    "frankfurt-cilium": "1.20.2",
    "belgium-cilium": "1.19.5",
    "amsterdam-cilium": "1.19.5",
  });
});

test("a lost site is unpeered in all others, and nothing is declared in it", async () => {
  const lost = spec({ degradedUntil: "2026-12-24" });
  lost.sites[1]!.state = "lost";
  const graph = await build(lost);
  const { inputs } = graph.one("kubernetes:core/v1:ConfigMap", "frankfurt-clustermesh-remote-users");
  assert.deepEqual(inputs.data, { "users.yaml": "users:\n- { name: remote-amsterdam, role: remote }\n" });
});

test("an existing site is given certificates and peers, and keeps its CNI", async () => {
  const of = fleetSpec([eksSite("frankfurt", 1), existingSite("basel", 2, { endpoints: { mesh: ["192.168.16.9"] } })], {
    mesh: { mtuBytes: 1370 },
  });
  const graph = await build(of, { kubeconfigs: { basel: "of/basel" } });
  const own = childrenOf(graph, graph.one("multisite:index:Site", "basel").urn);
  assert.equal(own.filter(({ type }) => type === SECRET).length, 6);
  assert.equal(own.filter(({ type }) => type === RELEASE).length, 0);
});

test("a mesh without certificates is refused with what to give, and so are certificates of nobody", async () => {
  const message = async (args: Partial<FleetArgs>) => {
    let refused: unknown;
    await record(() => {
      try {
        new Fleet("shop", { spec: spec(), kinds, ...args });
      } catch (error) {
        refused = error;
      }
    });
    return String(refused);
  };
  const none = await message({});
  for (const site of ["frankfurt", "belgium", "amsterdam"])
    assert.match(none, new RegExp(`meshCredentials.${site} is missing`));
  assert.match(none, /set spec\.mesh\.implementation to "none"/);
  assert.match(
    await message({ meshCredentials: { ...all(spec()), mars: credentials("mars") } }),
    /meshCredentials\.mars names none/,
  );
  assert.doesNotMatch(none, /PRIVATE KEY|key of/);
});

test("without a mesh, and with the implementation none, sites are built as ever", async () => {
  const { mesh: _, ...without } = spec();
  const plain = await build(without, { meshCredentials: {} });
  const none = await build(spec({ mesh: { implementation: "none" } }), { meshCredentials: {} });
  const shape = (graph: Graph) => graph.resources.map(({ type, name }) => `${type} ${name}`).sort();
  assert.deepEqual(shape(none), shape(plain));
});
