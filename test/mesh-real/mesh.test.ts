import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { outageBounds, podsInSites } from "../../lib/plan/mesh";
import { legalSteps, phaseOf, type TrustRotation } from "../../lib/plan/trustPhases";
import { absentChart } from "../mesh/charts";
import { localTools } from "../support/localTools";
import { RealEtcd } from "./etcd";
import { askedMachine } from "./prerequisites";
import { type Answer, answering, outageSeconds, type Probe, startProbe } from "./probe";
import { openFleet, PATIENCE, type RealFleet } from "./realFleet";
import type { States } from "./rehearsed";
import { until } from "./run";
import { follows, type RealSite } from "./site";
import { Steps } from "./steps";

const asked = askedMachine();

/** Of the rehearsed spec. */
const BOUNDS = outageBounds({ cacheTtlSeconds: 30 });

describe("a real mesh, configured by a rehearsal", { skip: typeof asked === "string" && asked }, () => {
  const names = ["frankfurt", "belgium", "amsterdam"];
  const three: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };
  let fleet: RealFleet;
  let etcd: RealEtcd;
  const steps = new Steps();

  const { step } = steps;

  const processes = () =>
    [...fleet.sites.values()].flatMap((site) =>
      [...site.programs].map(([name, { pid }]) => `${site.name} ${name} ${pid}`),
    );

  const others = (name: string) => names.filter((one) => one !== name);

  /** Clients in frankfurt: of a Service that has a backend there, and of one that has some in the other sites only. */
  const startProbes = async () => {
    const near = await fleet.serve("near", {}, "frankfurt");
    const far = await fleet.serve("far", {}, "frankfurt", others("frankfurt"));
    await fleet.untilAnswering("frankfurt", near, ["frankfurt"]);
    await fleet.untilAnswering("frankfurt", far, others("frankfurt"));
    const client = fleet.client("frankfurt");
    return { near: await startProbe(client, near), far: await startProbe(client, far) };
  };

  /** Waits until a hundred requests in a row were answered, half of which went to the site that is gone before. */
  const untilServed = (probe: Probe, seconds = PATIENCE) =>
    until("all requests are answered again", seconds, () => {
      const last = probe.answers().slice(-100);
      return last.length === 100 && last.every(({ answer }) => answer !== null);
    });

  const assertNoOutage = (answers: readonly Answer[]) => {
    assert.deepEqual(answering(answers), ["frankfurt"]);
    assert.equal(outageSeconds(answers), 0, "a site that has a ready backend notices nothing");
  };

  before(async () => {
    const tools = await localTools();
    assert.ok(typeof tools !== "string", String(tools));
    assert.equal(await absentChart("1.19"), false);
    fleet = await openFleet(tools);
    etcd = new RealEtcd(fleet, names);
  });

  after(() => steps.end(fleet));

  step("three sites with the certificates, values, peers and addresses of a rehearsal follow each other", async () => {
    const rehearsed = await fleet.rehearse(three);
    await fleet.start(...rehearsed.values());
    await fleet.allReady();
  });

  step("every pod reaches every other by its address, in all nine directions", async () => {
    await fleet.startPods(...names);
    for (const from of names) {
      for (const to of names) await fleet.untilAnswering(from, { ...fleet.web(to), port: 8080 }, [to]);
    }
  });

  step("a Service without affinity spreads over all sites; with affinity local its own site answers", async () => {
    const spread = await fleet.serve("spread", { affinity: "none" }, "frankfurt");
    const near = await fleet.serve("near", {}, "frankfurt");
    await fleet.untilAnswering("frankfurt", spread, names);
    await fleet.untilAnswering("frankfurt", near, ["frankfurt"]);
  });

  step("where all local backends are unready, an unmodified client is served remotely, and locally again", async () => {
    const near = await fleet.serve("near", {}, "frankfurt");
    const probe = await startProbe(fleet.client("frankfurt"), near);
    const answered = (local: boolean, since: number) =>
      until(`a request is answered ${local ? "locally" : "remotely"}`, PATIENCE, () =>
        probe
          .answers()
          .some((one) => one.began > since && one.answer !== null && (one.answer === "frankfurt") === local),
      );
    await answered(true, 0);
    await fleet.web("frankfurt").setReady(false);
    await answered(false, 0);
    const remote = Date.now();
    await fleet.web("frankfurt").setReady(true);
    await answered(true, remote);
    const answers = await probe.stop();
    assert.equal(outageSeconds(answers), 0, "no request was lost: the backend itself still ran");
  });

  step("a policy that names a cluster admits its pods, and those of no other site", async () => {
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
    await fleet.untilAnswering("amsterdam", web, []);
    await fleet.untilAnswering("frankfurt", web, []);
    await fleet.untilAnswering("belgium", web, ["frankfurt"]);
    await kubernetes.kubectl(["delete", "ciliumnetworkpolicy", "from-belgium"]);
    await fleet.untilAnswering("amsterdam", web, ["frankfurt"]);
    await fleet.untilAnswering("frankfurt", web, ["frankfurt"]);
  });

  step("a Service that sites export is imported by the others, and answered by their backends", async () => {
    const exporters = ["belgium", "amsterdam"];
    const metadata = { name: "wide", namespace: "default" };
    const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] };
    for (const name of exporters) {
      const exported = { apiVersion: "multicluster.x-k8s.io/v1alpha1", kind: "ServiceExport", metadata };
      await fleet.site(name).kubernetes.apply({ apiVersion: "v1", kind: "Service", metadata, spec }, exported);
    }
    const { kubernetes } = fleet.site("frankfurt");
    let address = "";
    await until("frankfurt imports it", PATIENCE, async () => {
      address = await kubernetes.kubectl(["get", "serviceimport", "wide", "-o", "jsonpath={.spec.ips[0]}"]);
      return address !== "";
    });
    await fleet.untilAnswering("frankfurt", { address, port: 80 }, exporters);
  });

  step("the root is exchanged step by step: all links are ready in every phase, and none loses a request", async () => {
    const near = await fleet.serve("near", {}, "belgium");
    const probe = await startProbe(fleet.client("belgium"), near);
    let rotation: TrustRotation = { revision: 0, generations: [{ name: "g1", state: "active" }] };
    const sites = names.map((name) => ({ name, state: "active" as const }));
    const kinds: string[] = [];
    do {
      const [next] = legalSteps({ rotation, sites }, undefined, new Date().toISOString()).forward;
      kinds.push(next!.kind);
      rotation = next!.to;
      const stores = new Map([...fleet.sites].map(([name, { programs }]) => [name, programs.get("mesh-etcd")]));
      await fleet.rehearse(three, { rotation });
      // Whatever happens to be replaced now must find its peers again, with what it is given in this phase.
      const untouched = [...fleet.sites.values()].filter(
        ({ name, programs }) => programs.get("mesh-etcd") === stores.get(name),
      );
      for (const site of untouched) await site.restartMeshApi();
      await fleet.allReady();
    } while (phaseOf(rotation) !== "steady");
    assert.deepEqual(kinds, ["distribute", "issue", "issue", "issue", "withdraw"]);
    const answers = await probe.stop();
    assert.deepEqual(answering(answers), ["belgium"]);
    assert.equal(outageSeconds(answers), 0);
  });

  step(
    "a quorum of three, one member a site, takes writes while each site is killed in turn, and loses none",
    async () => {
      await Promise.all(names.map((name) => etcd.start(name)));
      const acknowledged: string[] = [];
      for (const victim of ["amsterdam", "belgium", "frankfurt"]) {
        const writer = await etcd.startWriter(others(victim)[0]!);
        const more = (count: number) => {
          const wanted = writer.acknowledged().length + count;
          return until(`${wanted} writes are acknowledged`, PATIENCE, () => writer.acknowledged().length >= wanted);
        };
        await more(20);
        await fleet.kill(victim);
        await more(20);
        await fleet.restart(victim);
        await etcd.start(victim);
        await more(20);
        acknowledged.push(...(await writer.stop()));
        for (const member of names) await etcd.untilHas(member, acknowledged);
      }
    },
  );

  step("a fourth site joins, and no process of the others is restarted", async () => {
    const running = processes();
    const rehearsed = await fleet.rehearse({ ...three, dublin: "joining" });
    await fleet.start(rehearsed.get("dublin")!);
    await fleet.allReady();
    assert.deepEqual(processes().slice(0, running.length), running, "the programs that run are those that ran");
    for (const site of fleet.sites.values())
      for (const [name, program] of site.programs)
        assert.equal(await Promise.race([program.exited, sleep(0, "runs")]), "runs", `${site.name} ${name}`);
    await fleet.startPods("dublin");
    await fleet.untilAnswering("frankfurt", { ...fleet.web("dublin"), port: 8080 }, ["dublin"]);
  });

  step("it leaves: its peers drop it at once, and keep each other", async () => {
    await fleet.rehearse({ ...three, dublin: "leaving" });
    const dublin = fleet.site("dublin");
    await Promise.all(names.map((name) => follows(fleet.site(name), others(name), PATIENCE)));
    await follows(dublin, [], PATIENCE);
    await fleet.kill("dublin");
  });

  step("a site whose certificates are of another authority never joins, and disturbs nobody", async () => {
    const rehearsed = await fleet.rehearse({ ...three, stockholm: "joining" }, { foreign: "stockholm" });
    const [stockholm] = await fleet.start(rehearsed.get("stockholm")!);
    // What a store says of a connection: whose it was, and why it was not taken.
    const refuses = (one: RealSite, other: RealSite) => {
      const lines = one
        .log("mesh-etcd")
        .split("\n")
        .filter((line) => line.includes(`"${other.node.address}:`));
      return lines.some((line) => /rejected connection.*tls: bad certificate/.test(line));
    };
    for (const site of names.map((name) => fleet.site(name))) {
      await until(`${site.name} and stockholm refuse each other`, PATIENCE, () => {
        return refuses(site, stockholm!) && refuses(stockholm!, site);
      });
      assert.deepEqual(await site.links(), {
        ...Object.fromEntries(others(site.name).map((peer) => [peer, true])),
        stockholm: false,
      });
    }
    assert.deepEqual(await stockholm!.links(), { amsterdam: false, belgium: false, frankfurt: false });
    await fleet.kill("stockholm");
    await fleet.rehearse(three);
    await fleet.allReady();
  });

  step(
    "a site vanishes and nobody says so: who has remote backends only is served again within the bound",
    async () => {
      const { near, far } = await startProbes();
      await fleet.kill("amsterdam");
      await until("requests to amsterdam fail", PATIENCE, () => outageSeconds(far.answers()) > 0);
      await untilServed(far, BOUNDS.silentSeconds + PATIENCE);
      assertNoOutage(await near.stop());
      const outage = outageSeconds(await far.stop());
      assert.ok(outage <= BOUNDS.silentSeconds, `${outage} s, at most ${BOUNDS.silentSeconds} were predicted`);
      await fleet.restart("amsterdam");
    },
  );

  step("a site is killed and unpeered: who has remote backends only is served again within the bound", async () => {
    const { near, far } = await startProbes();
    await fleet.kill("amsterdam");
    await until("requests to amsterdam fail", PATIENCE, () => outageSeconds(far.answers()) > 0);
    const unpeered = Date.now();
    await fleet.rehearse({ ...three, amsterdam: "lost" });
    const rehearsed = Date.now();
    await fleet.allReady();
    await untilServed(far);
    assertNoOutage(await near.stop());
    const late = outageSeconds((await far.stop()).filter(({ began }) => began > rehearsed));
    assert.ok(late <= BOUNDS.unpeeredSeconds, `${late} s, begun ${rehearsed - unpeered} ms after`);
  });
});
