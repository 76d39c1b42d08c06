import assert from "node:assert/strict";
import { clustersetName, podsInSites } from "../../../lib/plan/mesh";
import { presentOptionalTool } from "../../../rehearsal/clusters/toolchain";
import { localProgram } from "../../support/localPrograms";
import { resolved, startClusterDns, startClustersetDns } from "../clusterset";
import { isWhole } from "../prerequisites";
import { outageSeconds, PATIENT, startProbe } from "../probe";
import { PATIENCE, type RealFleet } from "../realFleet";
import { until } from "../run";
import { NAMES, type Stage, THREE } from "../stage";

/** Three sites come up, and serve each other. */
export function serviceSteps(stage: Stage): void {
  const { step } = stage;

  step("three sites with the certificates, values, peers and addresses of a rehearsal follow each other", async () => {
    const { fleet } = stage;
    await fleet.rehearse(THREE);
    await fleet.allReady();
  });

  step("every pod reaches every other by its address, in all nine directions", async () => {
    const { fleet } = stage;
    await fleet.startPods(...NAMES);
    for (const to of NAMES) {
      const web = { ...fleet.web(to), port: 8080 };
      await Promise.all(NAMES.map((from) => fleet.untilAnswering(from, web, [to])));
    }
  });

  step("a Service without affinity spreads over all sites; with affinity local its own site answers", async () => {
    const { fleet } = stage;
    const spread = await fleet.serve("spread", { affinity: "none" }, "frankfurt");
    const near = await fleet.serve("near", {}, "frankfurt");
    await fleet.untilAnswering("frankfurt", spread, NAMES);
    await fleet.untilAnswering("frankfurt", near, ["frankfurt"]);
  });

  step("where all local backends are unready, an unmodified client is served remotely, and locally again", () =>
    servedRemotely(stage),
  );

  step("a policy that names a cluster admits its pods, and those of no other site", () => policyByCluster(stage));

  step("a Service that sites export is imported by the others, and answered by their backends", () => imported(stage));

  step("the name of an imported Service resolves, asked of the cluster's own DNS, which asks ours", () => named(stage));
}

async function servedRemotely({ fleet }: Stage): Promise<void> {
  const near = await fleet.serve("near", {}, "frankfurt");
  const probe = await startProbe(fleet.client("frankfurt"), near, PATIENT);
  const answered = (local: boolean, since: number) =>
    until(`a request is answered ${local ? "locally" : "remotely"}`, PATIENCE, () =>
      probe.answers().some((one) => one.began > since && one.answer !== null && (one.answer === "frankfurt") === local),
    );
  await answered(true, 0);
  await fleet.web("frankfurt").setReady(false);
  await answered(false, 0);
  const remote = Date.now();
  await fleet.web("frankfurt").setReady(true);
  await answered(true, remote);
  const answers = await probe.stop();
  assert.equal(outageSeconds(answers), 0, "no request was lost: the backend itself still ran");
}

async function policyByCluster({ fleet }: Stage): Promise<void> {
  const { kubernetes } = fleet.site("frankfurt");
  const web = { ...fleet.web("frankfurt"), port: 8080 };
  await kubernetes.apply({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name: "from-belgium", namespace: "default" },
    spec: {
      endpointSelector: { matchLabels: { app: "web" } },
      ingress: [{ fromEndpoints: [podsInSites({ app: "client" }, ["belgium"])] }],
    },
  });
  await Promise.all([
    fleet.untilAnswering("amsterdam", web, []),
    fleet.untilAnswering("frankfurt", web, []),
    fleet.untilAnswering("belgium", web, ["frankfurt"]),
  ]);
  await kubernetes.kubectl(["delete", "ciliumnetworkpolicy", "from-belgium"]);
  await Promise.all(["amsterdam", "frankfurt"].map((from) => fleet.untilAnswering(from, web, ["frankfurt"])));
}

/** Each site's mesh API was started before Cilium's operator, which can install the definitions of what it exports. */
async function imported({ fleet }: Stage): Promise<void> {
  const exporters = ["belgium", "amsterdam"];
  const metadata = { name: "wide", namespace: "default" };
  const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] };
  for (const name of exporters) {
    const exported = { apiVersion: "multicluster.x-k8s.io/v1alpha1", kind: "ServiceExport", metadata };
    await fleet.site(name).kubernetes.apply({ apiVersion: "v1", kind: "Service", metadata, spec }, exported);
  }
  await fleet.untilAnswering("frankfurt", { address: await addressOfImport(fleet), port: 80 }, exporters);
}

/** The address that frankfurt has for the Service that others export. */
async function addressOfImport(fleet: RealFleet): Promise<string> {
  const { kubernetes } = fleet.site("frankfurt");
  const object = { apiVersion: "multicluster.x-k8s.io/v1alpha1", kind: "ServiceImport", metadata: { name: "wide" } };
  let address: string | undefined;
  await until("frankfurt imports it", PATIENCE, async () => {
    const { spec } = await kubernetes.read<{ spec?: { ips?: string[] } }>(object);
    [address] = spec?.ips ?? [];
    return address !== undefined;
  });
  return address!;
}

const UNBUILT = "CoreDNS is not built yet: npm run test:mesh does it, once, in some minutes";

/** frankfurt's cloud takes a whole configuration for the cluster's own DNS, so that both servers can be run here. */
async function named({ fleet }: Stage): Promise<string | undefined> {
  const coredns = isWhole() ? await localProgram("coredns") : ((await presentOptionalTool("coredns")) ?? UNBUILT);
  if (typeof coredns === "string") return coredns;
  const site = fleet.site("frankfurt");
  const { dns } = fleet.rehearsed("frankfurt");
  await startClustersetDns(site, dns, coredns.path);
  await startClusterDns(site, dns, coredns.path);
  const { dnsServiceIp } = site.node.site.addresses;
  const client = fleet.client("frankfurt");
  const name = clustersetName({ name: "wide", namespace: "default" });
  const address = await addressOfImport(fleet);
  await until(`${name} is ${address}`, PATIENCE, async () => {
    assert.deepEqual(await resolved(client, dnsServiceIp, name), [address]);
    return true;
  });
  // A Service that nobody exports has a name in its own cluster alone.
  await fleet.serve("near", {}, "frankfurt");
  assert.deepEqual(await resolved(client, dnsServiceIp, clustersetName({ name: "near", namespace: "default" })), []);
  const near = await fleet.clusterIp("near", "frankfurt");
  assert.deepEqual(await resolved(client, dnsServiceIp, "near.default.svc.cluster.local"), [near]);
}
