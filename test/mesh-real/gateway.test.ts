import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { HelmValues } from "../../lib/mesh/values";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { GATEWAY } from "../../lib/plan/gateway/plan";
import { type LocalSite, localSites } from "../../rehearsal/clusters/sites";
import { freePort } from "../../rehearsal/clusters/sites/ports";
import { defineGateways } from "../clusters-local/gateway/acme";
import { absentChart, objectsOf, type Rendered, render } from "../mesh/charts";
import { temporaryFolder, until } from "../support/folders";
import { clients } from "../support/localClients";
import { runProgram } from "../support/localPrograms";
import { localTools } from "../support/localTools";
import { kubectlApply, piped } from "../support/piped";
import { type RehearsedGateway, rehearsedGateway } from "../support/rehearsedGateway";
import { eksSite, fleetSpec } from "../support/specs";
import { leaf, root } from "../trust/certificates";
import { askedMachine } from "./prerequisites";
import { ciliumPrograms } from "./programs";

const WAITING_SECONDS = 600;
const { namespace, name } = GATEWAY;
const ENTRY = `cilium-gateway-${name}`;
const asked = askedMachine();

/** A cluster that the objects of a rehearsal are brought into, one site's after another's. */
class Cluster {
  constructor(
    readonly site: LocalSite,
    private readonly kubectlPath: string,
    private readonly fleet: RehearsedGateway,
  ) {}

  kubectl(args: readonly string[]): Promise<string> {
    return piped(this.kubectlPath, ["--kubeconfig", this.site.kubeconfigFile, ...args]);
  }

  apply(items: readonly unknown[]): Promise<string> {
    return kubectlApply(this.kubectlPath, this.site, items);
  }

  /** Objects of a site's gateway, as the rehearsal made them. */
  made(site: string, type: RegExp): object[] {
    return this.fleet.resources
      .filter((one) => type.test(one.type) && one.name.startsWith(`${site}-gateway`))
      .map(({ inputs }) => inputs);
  }

  async service() {
    const { core } = await clients(this.site);
    return core.readNamespacedService({ namespace, name: ENTRY });
  }

  /** The operator has made the Service its own. */
  async untilOwned(log: string): Promise<void> {
    const owned = async () =>
      (await this.service().catch(() => undefined))?.metadata?.ownerReferences?.[0]?.kind === "Gateway";
    await until(owned, WAITING_SECONDS).catch((error: Error) =>
      assert.fail(`${error.message}\n${readFileSync(log, "utf8").slice(-3000)}`),
    );
  }

  /** A condition of an object is True; of several, all are. */
  async untilTrue(kind: string, of: string, conditions: string, type: string, count = 1): Promise<void> {
    const path = `jsonpath={.status.${conditions}[?(@.type=="${type}")].status}`;
    const wanted = Array(count).fill("True").join(" ");
    let seen = "";
    await until(async () => {
      seen = await this.kubectl(["--namespace", namespace, "get", kind, of, "-o", path]);
      return seen === wanted;
    }, WAITING_SECONDS).catch(() => assert.fail(`${type} of ${kind} ${of} is "${seen}", wanted "${wanted}"`));
  }
}

/** Cilium's operator with the flags that its chart makes of the site's values. */
async function startOperator(t: TestContext, { site }: Cluster, chart: readonly Rendered[]): Promise<string> {
  const config = chart.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "cilium-config");
  const flags = temporaryFolder(t);
  for (const [flag, value] of Object.entries(config?.data as Record<string, string>))
    writeFileSync(join(flags, flag), value);
  // It would delete pods that no kubelet restarts.
  writeFileSync(join(flags, "unmanaged-pod-watcher-interval"), "0s");
  const [metrics, health] = await Promise.all([freePort(), freePort()]);
  const program = join(await ciliumPrograms(), "cilium-operator-generic");
  const args = [
    ...[`--config-dir=${flags}`, "--k8s-kubeconfig-path={kubeconfig}"],
    ...[`--operator-prometheus-serve-addr=127.0.0.1:${metrics}`, `--operator-api-serve-addr=127.0.0.1:${health}`],
  ];
  return runProgram(t, program, args, { kubeconfig: site.kubeconfig }, { CILIUM_K8S_NAMESPACE: "kube-system" });
}

test("Cilium's own operator takes the gateway of this library, and its Service the reserved addresses", {
  skip: typeof asked === "string" && asked,
}, async (t) => {
  const tools = await localTools();
  assert.ok(typeof tools !== "string", String(tools));
  assert.equal(await absentChart("1.19"), false);
  const own = leaf(root("public"), "shop", { dnsNames: ["shop.example.com"] }, true);
  const pem = JSON.stringify({ certificate: own.chainPem, key: own.keyPem });
  const fleet = await rehearsedGateway({ pem, sites: "frankfurt,belgium,cellar" }, "gateway", false);
  const pools = [{ name: "apps", machineType: "m6i.xlarge", nodes: 1 }];
  const spec = fleetSpec([eksSite("frankfurt", 1, { pools }), eksSite("dublin", 2, { region: "eu-west-1", pools })]);
  const local = await localSites(fleetPlan(spec), { tools, only: ["frankfurt"] });
  t.after(() => local.close());
  const cluster = new Cluster(local.sites.frankfurt!, tools.kubectl.path, fleet);
  const chart = objectsOf(
    await render("1.19", fleet.one("Release", "frankfurt-cilium").inputs.values as unknown as HelmValues),
  );
  let log = "";

  await t.test("it takes over the Service that is there before it, and changes neither ports nor class", async () => {
    await defineGateways(tools.kubectl.path, cluster.site);
    await cluster.apply(cluster.made("frankfurt", /:Namespace(Patch)?$/));
    await cluster.apply(chart.filter(({ kind }) => kind === "GatewayClass" || kind === "Namespace"));
    await cluster.apply([secretOf(own), ...BACKENDS, ...cluster.made("frankfurt", ENTERED)]);
    log = await startOperator(t, cluster, chart);
    await cluster.untilOwned(log);
    const { spec: claimed } = await cluster.service();
    assert.equal(claimed?.loadBalancerClass, "multisite/none");
    const ports = claimed?.ports?.map(({ port, nodePort }) => [port, nodePort]);
    assert.deepEqual(ports, [
      [80, 30_080],
      [443, 30_443],
    ]);
  });

  await t.test("it accepts the Gateway and every route, and has Envoy serve them by the certificate", async () => {
    await cluster.untilTrue("gateway", name, "conditions", "Accepted");
    await cluster.untilTrue("gateway", name, "listeners[*].conditions", "ResolvedRefs", 2);
    for (const route of ["services", "readiness", "to-https"])
      for (const type of ["Accepted", "ResolvedRefs"])
        await cluster.untilTrue("httproute", route, "parents[0].conditions", type);
    const envoy = await cluster.kubectl(["--namespace", namespace, "get", "ciliumenvoyconfig", ENTRY, "-o", "json"]);
    for (const part of [
      "/readyz",
      "readiness:8080",
      "frontend:80",
      "api:8080",
      GATEWAY.certificate,
      "shop.example.com",
    ])
      assert.ok(envoy.includes(part), `${part} in ${envoy.slice(0, 4000)}`);
  });

  await t.test("where the cloud is told by annotations, the Service that it makes by itself has them too", async () => {
    await cluster.kubectl(["--namespace", namespace, "delete", "gateway", name, "--wait"]);
    await cluster.kubectl(["--namespace", namespace, "delete", "service", ENTRY, "--ignore-not-found", "--wait"]);
    await cluster.apply(cluster.made("belgium", /:Gateway$/));
    await cluster.untilOwned(log);
    const { metadata } = await cluster.service();
    const wanted = (cluster.made("belgium", /core\/v1:Service$/) as { metadata: { annotations?: object } }[])
      .flatMap((one) => Object.entries(one.metadata.annotations ?? {}))
      .filter(([key]) => key.startsWith("networking.gke.io/") || key.startsWith("cloud.google.com/"));
    assert.ok(
      wanted.some(([, value]) => value === "belgium-public"),
      "the address that is reserved",
    );
    for (const [key, value] of wanted) assert.equal(metadata?.annotations?.[key], value, key);
  });
});

/** What the Gateway and its routes are, and the Services that are ours. */
const ENTERED = /core\/v1:Service$|:(Gateway|HTTPRoute|ReferenceGrant)$/;

/** The team's Services. */
const BACKENDS = [
  { of: "shop", service: "frontend", port: 80 },
  { of: "orders", service: "api", port: 8080 },
].map(({ of, service, port }) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: of, name: service },
  spec: { ports: [{ port }], selector: { app: service } },
}));

function secretOf({ chainPem, keyPem }: { readonly chainPem: string; readonly keyPem: string }) {
  return {
    ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls" },
    metadata: { namespace, name: GATEWAY.certificate },
    stringData: { "tls.crt": chainPem, "tls.key": keyPem },
  };
}
