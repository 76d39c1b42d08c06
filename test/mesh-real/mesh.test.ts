import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { globalAnnotations, type ServiceSharing } from "../../lib/plan/mesh";
import { absentChart } from "../mesh/charts";
import { localTools } from "../support/localTools";
import { until } from "./kubernetes";
import { type Lab, openLab } from "./lab";
import { ask, askFor, type RealPod, startPod } from "./pods";
import { type Machine, machine } from "./prerequisites";
import { ciliumPrograms } from "./programs";
import { Rehearsals, type States } from "./rehearsed";
import { allPeersReady, type RealSite, startRealSite } from "./site";

const asked = process.env.MULTISITE_MESH === "1" ? machine() : "npm run test:mesh runs it, in some minutes";

/** Seconds that a step may take on a crowded machine. A quiet one needs a tenth: bench/ has the figures. */
const PATIENCE = 150;

describe("a real mesh, configured by a rehearsal", { skip: typeof asked === "string" && asked }, () => {
  const three: States = { frankfurt: "active", belgium: "active", amsterdam: "active" };
  const rehearsals = new Rehearsals();
  const sites = new Map<string, RealSite>();
  const webs = new Map<string, RealPod>();
  const clients = new Map<string, RealPod>();
  let lab: Lab;
  let failed = 0;

  const step = (name: string, run: () => Promise<void>) =>
    test(name, async () => {
      failed += 1;
      await run();
      failed -= 1;
    });

  const here = (name: string) => sites.get(name)!;

  /** Gives what a rehearsal of these states says to the sites that run. */
  const rehearse = async (states: States) => {
    const rehearsed = await rehearsals.up(states);
    for (const site of sites.values()) {
      const next = rehearsed.get(site.name);
      if (next !== undefined) await site.update(next);
    }
    return rehearsed;
  };

  /** Applies a Service of the web pods in every site that runs, and returns its address in one. */
  const serve = async (name: string, sharing: ServiceSharing, at: string) => {
    const metadata = { name, namespace: "default", annotations: globalAnnotations(sharing) };
    const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] };
    for (const site of sites.values()) {
      await site.kubernetes.apply({ apiVersion: "v1", kind: "Service", metadata, spec });
    }
    return here(at).kubernetes.kubectl(["get", "service", name, "-o", "jsonpath={.spec.clusterIP}"]);
  };

  /** The sites that answer a Service within some requests; what a crowded machine answers too late is nobody's. */
  const answering = async (from: string, address: string) => {
    const answers = await askFor(clients.get(from)!, address, 80, 3);
    return [...new Set(answers.flatMap(({ answer }) => answer ?? []))].sort();
  };

  const processes = () =>
    [...sites.values()].flatMap((site) => [...site.programs].map(([name, { pid }]) => `${site.name} ${name} ${pid}`));

  before(async () => {
    const tools = await localTools();
    assert.ok(typeof tools !== "string", String(tools));
    const chart = await absentChart("1.19");
    assert.equal(chart, false);
    const cilium = await ciliumPrograms((text) => process.stderr.write(`multisite: ${text} ...\n`));
    lab = await openLab(asked as Machine, tools, cilium);
  });

  after(async () => {
    if (lab === undefined) return;
    const logs = failed > 0 ? mkdtempSync(join(tmpdir(), "multisite-mesh-logs-")) : undefined;
    await lab.end(logs);
    if (logs !== undefined) process.stderr.write(`multisite: logs of every site are in ${logs}\n`);
  });

  step("three sites with the certificates, values, peers and addresses of a rehearsal follow each other", async () => {
    const rehearsed = await rehearsals.up(three);
    const started = await Promise.all([...rehearsed.values()].map((site) => startRealSite(lab, site)));
    for (const site of started) sites.set(site.name, site);
    await allPeersReady(started, PATIENCE);
  });

  step("every pod reaches every other by its address, in all nine directions", async () => {
    await Promise.all(
      [...sites.values()].map(async (site) => {
        webs.set(site.name, await startPod(site, "web", { app: "web" }, site.name));
        clients.set(site.name, await startPod(site, "client", { app: "client" }));
      }),
    );
    for (const [from, client] of clients) {
      for (const [to, web] of webs) {
        await until(
          `${from} reaches the pod of ${to}`,
          PATIENCE,
          async () => (await ask(client, web.address, 8080)) === to,
        );
      }
    }
  });

  step(
    "a global Service without affinity spreads over all sites; with affinity local its own site answers",
    async () => {
      const spread = await serve("spread", { affinity: "none" }, "frankfurt");
      const local = await serve("near", {}, "frankfurt");
      const all = ["amsterdam", "belgium", "frankfurt"];
      await until(
        "all three answer",
        PATIENCE,
        async () => String(await answering("frankfurt", spread)) === String(all),
      );
      await until(
        "only frankfurt answers",
        PATIENCE,
        async () => String(await answering("frankfurt", local)) === "frankfurt",
      );
    },
  );

  step("where all local backends are unready, an unmodified client is served remotely, and locally again", async () => {
    const local = await serve("near", {}, "frankfurt");
    const web = webs.get("frankfurt")!;
    const probing = askFor(clients.get("frankfurt")!, local, 80, 14);
    await sleep(4000);
    await web.setReady(false);
    await sleep(4000);
    await web.setReady(true);
    const answers = await probing;
    const named = answers.map(({ answer }) => answer);
    assert.equal(named[0], "frankfurt");
    assert.equal(named.at(-1), "frankfurt");
    assert.ok(named.includes("belgium") || named.includes("amsterdam"), "another site has answered meanwhile");
    assert.ok(!named.includes(null), "and no request was lost: the backend itself still ran");
  });

  step("a fourth site joins, and no process of the others is restarted", async () => {
    const before = processes();
    const rehearsed = await rehearse({ ...three, dublin: "joining" });
    const dublin = await startRealSite(lab, rehearsed.get("dublin")!);
    await allPeersReady([...sites.values(), dublin], PATIENCE);
    assert.deepEqual(processes(), before, "the programs that run are those that ran");
    for (const site of sites.values())
      for (const [name, program] of site.programs)
        assert.equal(await Promise.race([program.exited, sleep(0, "runs")]), "runs", `${site.name} ${name}`);
    sites.set("dublin", dublin);
  });

  step("it leaves: its peers drop it at once, and keep each other", async () => {
    await rehearse({ ...three, dublin: "leaving" });
    const dublin = here("dublin");
    sites.delete("dublin");
    await allPeersReady([...sites.values()], PATIENCE);
    await until("dublin follows nobody", PATIENCE, async () => Object.keys(await dublin.peers()).length === 0);
    await dublin.node.kill();
  });

  step("a site whose certificates are of another authority never joins, and disturbs nobody", async () => {
    const foreign = await rehearsals.up({ ...three, dublin: "joining" }, "dublin");
    for (const site of sites.values()) await site.update(foreign.get(site.name)!);
    const dublin = await startRealSite(lab, foreign.get("dublin")!);
    await until("dublin knows its peers", PATIENCE, async () => Object.keys(await dublin.peers()).length === 3);
    await sleep(20_000);
    for (const site of [...sites.values(), dublin]) {
      const peers = await site.peers();
      for (const [peer, isReady] of Object.entries(peers)) {
        assert.equal(isReady, site !== dublin && peer !== "dublin", `${site.name} and ${peer}`);
      }
    }
    await dublin.node.kill();
    await rehearse(three);
    await allPeersReady([...sites.values()], PATIENCE);
  });

  step(
    "a site is killed: with affinity local its peers lose no request, and unpeered its backends are gone",
    async () => {
      const spread = await serve("spread", { affinity: "none" }, "frankfurt");
      const local = await serve("near", {}, "frankfurt");
      const probing = askFor(clients.get("frankfurt")!, local, 80, 12);
      await sleep(2000);
      await here("amsterdam").node.kill();
      sites.delete("amsterdam");
      const answers = await probing;
      assert.deepEqual([...new Set(answers.map(({ answer }) => answer))], ["frankfurt"]);
      await rehearse({ ...three, amsterdam: "lost" });
      await allPeersReady([...sites.values()], PATIENCE);
      await until("only the others answer", PATIENCE, async () => {
        return String(await answering("frankfurt", spread)) === "belgium,frankfurt";
      });
    },
  );
});
