import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { request } from "node:https";
import { type AddressInfo, createServer, Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { SitePlan } from "../../../lib/plan/plan";
import { offeredPerNode } from "../../../lib/plan/pools";
import {
  type ClusterAddress,
  type Listener,
  type LocalSite,
  type LocalSites,
  localSites,
} from "../../../rehearsal/clusters/sites";
import { nodesOf } from "../../../rehearsal/clusters/sites/nodes";
import { overheadPods } from "../../../rehearsal/clusters/sites/overheadPods";
import { isReady } from "../../support/controlPlane";
import { until } from "../../support/folders";
import { clients } from "../../support/localClients";
import { localTools } from "../../support/localTools";
import { smallSite } from "../../support/shared";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../../support/specs";
import { createUnder, startWebhook } from "../../support/webhook";

/** One site of each kind, and a DaemonSet of the fleet's own. */
const plan = fleetPlan(
  fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)], {
    demand: { cpu: 8, daemonSets: [{ name: "monitoring/agent", cpu: 0.1, memoryGiB: 0.1 }] },
  }),
);

test("what listens in this process for sites that are up goes when another cannot start", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") {
    t.skip(tools);
    return;
  }
  const handles = () => (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const listening = () => handles().filter((one) => one instanceof Server).length;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const before = listening();
  const ports = { turin: (server.address() as AddressInfo).port };
  const small = fleetPlan(fleetSpec([smallSite("oslo", 1), smallSite("turin", 2)], { demand: { cpu: 1 } }));
  await assert.rejects(
    localSites(small, { tools, ports, atOnce: 1 }),
    /^UserError: Site turin: port \d+ of 127\.0\.0\.1 is in use/,
  );
  await until(() => listening() === before);
});

test("three real sites", async (t) => {
  const tools = await localTools();
  if (typeof tools === "string") {
    t.skip(tools);
    return;
  }
  /** Where the pods of webhooks really listen; empty for most of the time. */
  const listeners = new Map<string, Listener>();
  const reach = (to: ClusterAddress) => listeners.get(to.host);
  // What a URL, a list and a text in quotes would each end at.
  const temporary = mkdtempSync(join(tmpdir(), `multisite-test #?%20,"-`));
  const fleet = await localSites(plan, { tools, reach, temporary });
  t.after(async () => {
    await fleet.close();
    rmSync(temporary, { recursive: true });
  });

  const inSites = async (name: string, work: (site: LocalSite, planned: SitePlan) => Promise<void>) => {
    for (const planned of plan.sites)
      await t.test(`${planned.name}: ${name}`, () => work(fleet.sites[planned.name]!, planned));
  };

  await inSites(
    "has the plan's nodes, ready, and what the plan counted on each runs on each",
    async (site, planned) => {
      const { core } = await clients(site);
      const nodes = (await core.listNode()).items;
      assert.deepEqual(
        nodes.map(({ metadata }) => metadata?.name).sort(),
        nodesOf(planned)
          .map(({ metadata }) => metadata?.name)
          .sort(),
      );
      for (const { status, spec } of nodes) {
        assert.equal(status?.conditions?.find(({ type }) => type === "Ready")?.status, "True");
        assert.deepEqual(spec?.taints ?? [], []);
      }
      const pods = (await core.listPodForAllNamespaces()).items;
      const expected = overheadPods(planned, plan.spec.demand.daemonSets ?? []).length;
      assert.equal(expected, planned.pools[0]?.overheadPerNode.pods);
      for (const { metadata } of nodes) {
        const on = pods.filter(({ spec, status }) => spec?.nodeName === metadata?.name && status?.phase === "Running");
        assert.equal(on.length, expected, metadata?.name);
      }
    },
  );

  await inSites(
    "takes exactly as many pods as the plan says, and leaves the next one pending",
    async (site, planned) => {
      const pool = planned.pools[0]!;
      const offered = offeredPerNode(pool);
      // Whole pods on whole nodes, where one resource binds: so small that some hundred fit would only take longer.
      const pod = { cpuMillis: 700, memoryMiB: 512 };
      const perNode = Math.floor(
        Math.min(offered.cpuMillis / pod.cpuMillis, offered.memoryMiB / pod.memoryMiB, offered.pods),
      );
      const fit = perNode * pool.guaranteedNodes;
      assert.ok(fit > 0);
      const { apps, core } = await clients(site);
      const labels = { app: "edge" };
      const requests = { cpu: `${pod.cpuMillis}m`, memory: `${pod.memoryMiB}Mi` };
      const container = { name: "main", image: "registry.k8s.io/pause:3.10", resources: { requests } };
      await apps.createNamespacedDeployment({
        namespace: "default",
        body: {
          metadata: { name: "edge" },
          spec: {
            replicas: fit,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [container] } },
          },
        },
      });
      const pods = async () =>
        (await core.listNamespacedPod({ namespace: "default", labelSelector: "app=edge" })).items;
      const running = async () => (await pods()).filter(({ status }) => status?.phase === "Running").length;
      await until(async () => (await running()) === fit, 60);
      await apps.replaceNamespacedDeploymentScale({
        name: "edge",
        namespace: "default",
        body: { metadata: { name: "edge", namespace: "default" }, spec: { replicas: fit + 1 } },
      });
      const unschedulable = async () =>
        (await pods()).flatMap(
          ({ status }) => status?.conditions?.filter(({ reason }) => reason === "Unschedulable") ?? [],
        );
      await until(async () => (await unschedulable()).length === 1, 60);
      assert.match((await unschedulable())[0]?.message ?? "", /Insufficient (cpu|memory)/);
      assert.equal(await running(), fit);
      await apps.deleteNamespacedDeployment({ name: "edge", namespace: "default", propagationPolicy: "Foreground" });
      await until(async () => (await pods()).length === 0, 60);
    },
  );

  await inSites("runs Jobs to their end", async (site) => {
    const { batch } = await clients(site);
    const container = { name: "main", image: "registry.k8s.io/pause:3.10" };
    const spec = {
      completions: 3,
      parallelism: 2,
      template: { spec: { restartPolicy: "Never", containers: [container] } },
    };
    await batch.createNamespacedJob({ namespace: "default", body: { metadata: { name: "migrate" }, spec } });
    await until(async () => {
      const { status } = await batch.readNamespacedJob({ name: "migrate", namespace: "default" });
      return status?.succeeded === 3 && (status.conditions ?? []).some(({ type }) => type === "Complete");
    }, 60);
  });

  await inSites("gives load balancers and Ingresses an address, as its cloud does", async (site, { kind, region }) => {
    const { core, networking } = await clients(site);
    const namespace = "default";
    const balanced = (name: string, spec: object) => ({
      namespace,
      body: { metadata: { name }, spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec } },
    });
    await core.createNamespacedService(balanced("web", { type: "LoadBalancer" }));
    await core.createNamespacedService(balanced("asked", { type: "LoadBalancer", loadBalancerIP: "203.0.113.7" }));
    await core.createNamespacedService(balanced("inside", {}));
    const backend = { service: { name: "web", port: { number: 80 } } };
    await networking.createNamespacedIngress({
      namespace,
      body: { metadata: { name: "shop" }, spec: { defaultBackend: backend } },
    });
    const service = async (name: string) =>
      (await core.readNamespacedService({ namespace, name })).status?.loadBalancer?.ingress;
    const ingress = async () =>
      (await networking.readNamespacedIngress({ namespace, name: "shop" })).status?.loadBalancer?.ingress;
    const addresses = async () => [await service("web"), await service("asked"), await ingress()];
    await until(async () => (await addresses()).every((one) => one !== undefined), 60);
    for (const [name, found] of Object.entries({ web: await service("web"), shop: await ingress() })) {
      assert.equal(found?.length, 1);
      const [{ hostname, ip } = {}] = found ?? [];
      if (kind === "eks") {
        assert.match(hostname ?? "", new RegExp(`^${name}-\\d+\\.elb\\.${region}\\.amazonaws\\.com$`));
        assert.equal(ip, undefined);
      } else {
        assert.match(ip ?? "", /^198\.18(\.(25[0-5]|2[0-4]\d|1?\d?\d)){2}$/);
        assert.equal(hostname, undefined);
      }
    }
    if (kind !== "eks") assert.equal((await service("asked"))?.[0]?.ip, "203.0.113.7");
    assert.equal(await service("inside"), undefined);
  });

  await inSites("asks for credentials of its own, and for rights", async (site) => {
    const ask = async (token: string | undefined, path: string, caPem = site.caPem) => {
      return new Promise<number | string>((resolve) => {
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const asked = request(`${site.endpoint}${path}`, { ca: caPem, headers, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        asked.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
        asked.end();
      });
    };
    assert.equal(await ask(site.token, "/api/v1/secrets"), 200);
    assert.equal(await ask(undefined, "/api/v1/secrets"), 403);
    assert.equal(await ask("wrong", "/api/v1/secrets"), 401);
    for (const other of Object.values(fleet.sites).filter(({ name }) => name !== site.name)) {
      assert.notEqual(site.endpoint, other.endpoint);
      assert.equal(await ask(other.token, "/api/v1/secrets"), 401);
      assert.match(String(await ask(site.token, "/api/v1/secrets", other.caPem)), /CERT|SELF_SIGNED|UNABLE_TO/);
    }
    const { core } = await clients(site);
    const { status } = await core.createNamespacedServiceAccountToken({
      name: "default",
      namespace: "default",
      body: { spec: { audiences: [] } },
    });
    assert.equal(await ask(status?.token, "/api/v1/secrets"), 403);
  });

  await t.test(
    "an EKS site's API server reaches webhooks on the host network only, the others' on overlay pods as well",
    async () => {
      for (const planned of plan.sites) {
        const site = fleet.sites[planned.name]!;
        const host = planned.addresses.podCidr.replace(/\.\d+\/\d+$/, ".77");
        const node = nodesOf(planned)[0]!.status!.addresses!.find(({ type }) => type === "InternalIP")!.address;
        const hook = await startWebhook("overlay", "hostnetwork", "nobody");
        listeners.set(host, hook.listener).set(node, hook.listener);
        try {
          const overlay = await createUnder(hook, site, "overlay", host);
          if (planned.kind === "eks") assert.match(overlay, /cannot reach overlay pods: run it on the host network/);
          else assert.equal(overlay, "allowed");
          assert.equal(await createUnder(hook, site, "hostnetwork", node), "allowed");
          listeners.clear();
          assert.match(await createUnder(hook, site, "nobody", node), /no program runs behind the pods of a rehearsal/);
        } finally {
          listeners.clear();
          hook.close();
        }
      }
    },
  );

  await t.test("nothing listens beyond loopback", { skip: process.platform !== "linux" && "reads /proc" }, () => {
    const sockets = new Set(processesOf(fleet).flatMap(socketsOf));
    assert.ok(sockets.size > 10, `${sockets.size}`);
    const listening = ["tcp", "tcp6"].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, "utf8")
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(inode ?? "")),
    );
    assert.equal(listening.length, 3, "one port a site");
    for (const [, local] of listening) assert.match(local ?? "", /^0100007F:/);
  });

  await t.test("a site that is killed is gone at once, the others stay, and it comes back as it was", async () => {
    const [lost, ...others] = plan.sites.map(({ name }) => fleet.sites[name]!);
    assert.ok(lost !== undefined);
    const { core } = await clients(lost);
    await core.createNamespacedConfigMap({
      namespace: "default",
      body: { metadata: { name: "kept" }, data: { a: "b" } },
    });
    const before = processesOf(fleet).length;
    await lost.kill();
    assert.equal(lost.isRunning, false);
    assert.equal(processesOf(fleet).length, before - 5);
    assert.equal(await isReady(lost.endpoint, lost.caPem, lost.token), false);
    const log = join(dirname(lost.kubeconfigFile), "kube-scheduler.log");
    assert.ok(existsSync(log));
    const taker = createServer().listen(Number(new URL(lost.endpoint).port), "127.0.0.1");
    await once(taker, "listening");
    await assert.rejects(lost.start(), /port \d+ of 127\.0\.0\.1 is in use/);
    assert.ok(!existsSync(log), "what it said before says nothing of this start");
    taker.close();
    for (const other of others) assert.equal(await isReady(other.endpoint, other.caPem, other.token), true);
    await lost.start();
    assert.equal(lost.isRunning, true);
    const { data } = await core.readNamespacedConfigMap({ name: "kept", namespace: "default" });
    assert.deepEqual(data, { a: "b" });
    // The leases of the kwok that was killed hold for 40 s: nobody may have to wait for that.
    const container = { name: "main", image: "registry.k8s.io/pause:3.10" };
    await core.createNamespacedPod({
      namespace: "default",
      body: { metadata: { name: "new" }, spec: { containers: [container] } },
    });
    const phase = async () => (await core.readNamespacedPod({ name: "new", namespace: "default" })).status?.phase;
    await until(async () => (await phase()) === "Running", 20);
    assert.equal(processesOf(fleet).length, before);
  });

  await t.test("closing ends every program", async () => {
    await fleet.close();
    assert.deepEqual(processesOf(fleet), []);
  });
});

/** Programs of the fleet's sites, by what they were started with. */
function processesOf({ sites }: LocalSites): number[] {
  const folder = dirname(dirname(Object.values(sites)[0]?.kubeconfigFile ?? ""));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`${folder}/`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
