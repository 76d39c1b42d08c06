import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { existing, Fleet, FleetWorkload, type FleetWorkloadArgs } from "../../lib";
import type { FleetSpec, SiteState } from "../../lib/plan/spec";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession, type SessionOptions } from "../../rehearsal/engine";
import { PartialFailure, type Properties, type Provider, type ProviderSource } from "../../rehearsal/engine/provider";
import { temporaryFolder } from "../support/folders";
import { follows, type Graph, type Registered, record } from "../support/graph";
import { writeProgram } from "../support/multisite";
import { existingSite, fleetSpec, kubeconfigOf } from "../support/specs";
import { webDeployment } from "../support/webDeployment";

const NAMESPACE = "kubernetes:core/v1:NamespacePatch";

/** Three sites that exist, on 172.2x networks. */
function threeSites(states: Readonly<Record<string, SiteState>> = {}): FleetSpec {
  const sites = ["oslo", "turin", "vienna"].map((name, i) =>
    existingSite(name, i + 1, {
      state: states[name] ?? "active",
      cidrs: {
        nodes: [`192.168.${i + 1}.0/24`],
        pods: [`172.2${i + 1}.0.0/16`],
        services: [`172.3${i + 1}.0.0/16`],
      },
    }),
  );
  const lost = Object.values(states).includes("lost");
  return fleetSpec(sites, {
    demand: { workloads: [{ name: "shop/web", replicas: 6, cpu: 0.1, memoryGiB: 0.1 }] },
    ...(lost && { degradedUntil: "2999-01-01" }),
  });
}

const web = (image: string) =>
  webDeployment(`{ name: web, image: "${image}", resources: { requests: { cpu: 100m, memory: 100Mi } } }`);

const kubeconfigs = Object.fromEntries(["oslo", "turin", "vienna"].map((name) => [name, kubeconfigOf(name)]));

const MANIFESTS = `${web("web:1")}
---
{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings, namespace: shop }, data: { a: b } }
---
{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: v1.example.com },
  spec: { group: example.com, groupPriorityMinimum: 10, versionPriority: 10 } }
`;

const CHAINED = { manifests: MANIFESTS, rollout: "siteBySite" } as const;

function build(
  args: Omit<FleetWorkloadArgs, "fleet"> = CHAINED,
  states: Readonly<Record<string, SiteState>> = {},
): Promise<Graph> {
  return record(() => {
    const fleet = new Fleet("shop", { spec: threeSites(states), kinds: [existing], kubeconfigs });
    new FleetWorkload("shop", { fleet, ...args });
  });
}

const own = (graph: Graph, site: string): Registered[] =>
  graph.resources.filter(({ name, type }) => type.startsWith("kubernetes:") && name.startsWith(`shop-${site}-`));

/** Whether all of a site comes after all of another. */
const isAfter = (graph: Graph, later: string, earlier: string): boolean =>
  own(graph, later).every((one) => own(graph, earlier).every((other) => follows(graph, one, other)));

describe("a rollout site by site", () => {
  it("makes each object of a site after all of the site before, by number", async () => {
    const graph = await build();
    assert.equal(own(graph, "oslo").length, 6);
    assert.ok(isAfter(graph, "turin", "oslo") && isAfter(graph, "vienna", "turin"));
    assert.ok(!own(graph, "oslo").some((one) => own(graph, "vienna").some((other) => follows(graph, one, other))));
  });

  it("names in each object only the last stage of the site before, in what comes first at a site", async () => {
    const graph = await build();
    const ofOthers = (site: string) =>
      own(graph, site).flatMap(({ name, dependsOn }) =>
        dependsOn
          .map((urn) => urn.split("::").at(-1) ?? "")
          .filter((on) => on.startsWith("shop-") && !on.startsWith(`shop-${site}-`))
          .map((on) => `${name} > ${on}`),
      );
    assert.deepEqual(ofOthers("oslo"), []);
    assert.deepEqual(ofOthers("vienna"), ["shop-vienna-shop > shop-turin-v1.example.com"]);
  });

  it("leaves the sites apart where it is not asked for", async () => {
    for (const asked of [{}, { rollout: "atOnce" as const }]) {
      const graph = await build({ manifests: MANIFESTS, ...asked });
      for (const one of own(graph, "vienna"))
        assert.ok(!own(graph, "oslo").some((other) => follows(graph, one, other)), one.name);
      assert.ok(!("rollout" in graph.one("multisite:index:FleetWorkload", "shop").inputs));
    }
  });

  it("begins with drained sites and ends with those that join", async () => {
    const graph = await build(CHAINED, { oslo: "joining", vienna: "drained" });
    assert.ok(isAfter(graph, "turin", "vienna") && isAfter(graph, "oslo", "turin"));
  });

  it("goes past sites that are lost, that leave, or that another stack has", async () => {
    for (const state of ["lost", "leaving"] as const) {
      const graph = await build(CHAINED, { turin: state });
      assert.deepEqual(own(graph, "turin"), []);
      assert.ok(isAfter(graph, "vienna", "oslo"), state);
    }
    const graph = await record(() => {
      const { plan, sites } = new Fleet("shop", { spec: threeSites(), kinds: [existing], kubeconfigs });
      const { turin: _, ...here } = sites;
      new FleetWorkload("shop", { fleet: { plan, sites: here }, ...CHAINED });
    });
    assert.ok(isAfter(graph, "vienna", "oslo"));
  });

  it("holds for a chart, and beside a namespace that another workload has made", async () => {
    const chart = { chart: "./shop", replicas: { replicas: "shop/web" } };
    const charts = await build({ chart, rollout: "siteBySite" });
    const release = (site: string) => charts.one("kubernetes:helm.sh/v3:Release", `shop-${site}`);
    assert.ok(
      follows(charts, release("turin"), release("oslo")) && follows(charts, release("vienna"), release("turin")),
    );
    const config = (name: string) =>
      `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name}, namespace: shop } }`;
    const graph = await record(() => {
      const fleet = new Fleet("shop", { spec: threeSites(), kinds: [existing], kubeconfigs });
      new FleetWorkload("first", { fleet, manifests: config("a") });
      new FleetWorkload("shop", { fleet, manifests: config("b"), rollout: "siteBySite" });
    });
    assert.deepEqual(
      own(graph, "turin").map(({ name }) => name),
      ["shop-turin-shop/b"],
    );
    assert.ok(isAfter(graph, "turin", "oslo") && isAfter(graph, "vienna", "turin"));
    const [b] = own(graph, "vienna");
    assert.ok(follows(graph, b!, graph.one(NAMESPACE, "first-vienna-shop")));
  });

  it("is refused where it is neither, with all else that is wrong", async () => {
    let refused = "";
    await record(() => {
      const fleet = new Fleet("shop", { spec: threeSites(), kinds: [existing], kubeconfigs });
      try {
        new FleetWorkload("shop", { fleet, manifests: "kind: [", rollout: "sitebysite" as "atOnce" });
      } catch (error) {
        refused = (error as Error).message;
      }
    });
    assert.match(refused, /^FleetWorkload "shop" cannot be built:$/m);
    assert.match(refused, /^ {2}rollout is "sitebysite": it must be "atOnce" or "siteBySite"$/m);
  });
});

const PROGRAM = `
const { existing, Fleet, FleetWorkload } = require("pulumi-multisite");
const { spec, kubeconfigs, ...args } = JSON.parse(require("node:fs").readFileSync(__dirname + "/given.json", "utf8"));
new FleetWorkload("shop", { fleet: new Fleet("shop", { kinds: [existing], kubeconfigs, spec }), ...args });
`;

/**
 * Simulated clouds whose providers do some things otherwise.
 * @param instead methods in the place of the provider's own, which they may call
 */
function altered(
  dir: string,
  instead: (own: Pick<Provider, "create" | "update" | "delete">) => Partial<Provider>,
): ProviderSource {
  const source = simulatedClouds({ moduleRoots: [dir] });
  const open: ProviderSource["open"] = async (...of) => {
    const provider = await source.open(...of);
    if (provider === undefined) return undefined;
    const own = {
      create: provider.create.bind(provider),
      update: provider.update.bind(provider),
      delete: provider.delete.bind(provider),
    };
    return Object.assign(provider, instead(own));
  };
  return { open, fidelity: (type) => source.fidelity(type) };
}

const isBroken = (news: Properties) => JSON.stringify(news).includes('"broken"');

/**
 * Simulated clouds on which no Deployment that is given the image `broken` gets ready: it is changed all the same.
 * @param calls is told what is done to Deployments
 */
function clouds(dir: string, calls: string[]): ProviderSource {
  const note = (what: string, { urn, name }: { readonly urn: string; readonly name: string }) => {
    if (urn.includes(":Deployment::")) calls.push(`${what} ${name}`);
  };
  return altered(dir, (own) => ({
    create(request) {
      if (!request.preview) note("create", request);
      return own.create(request);
    },
    async update(request) {
      const updated = await own.update(request);
      if (request.preview) return updated;
      note("update", request);
      if (!isBroken(request.news)) return updated;
      throw new PartialFailure("1 of 3 pods did not get ready", request.id, updated.outputs);
    },
    delete(request) {
      note("delete", request);
      return own.delete(request);
    },
  }));
}

/** A session on a program that reads what it is given, which `up` writes, and then says how the update ended. */
async function rollout(
  t: TestContext,
  source: (dir: string, calls: string[]) => ProviderSource,
  options: Partial<SessionOptions> = {},
) {
  const dir = temporaryFolder(t);
  writeProgram(dir, PROGRAM);
  const calls: string[] = [];
  const sources = [source(dir, calls)];
  const session = await openSession({ projectDir: dir, stack: "dev", sources, passphrase: "", ...options });
  t.after(() => session.close());
  const up = async (args: object) => {
    writeFileSync(join(dir, "given.json"), JSON.stringify({ kubeconfigs, rollout: "siteBySite", ...args }));
    calls.length = 0;
    const { exit, diagnostics } = await session.up();
    return exit === 0 ? "done" : diagnostics.map(({ message }) => message).join("\n");
  };
  return { session, calls, up };
}

describe("a release that never gets ready", () => {
  it("ends the update at the first site, and goes on there once it is taken back", async (t) => {
    const { session, calls, up: given } = await rollout(t, clouds);
    const sites = (...names: string[]) => names.map((name) => `shop-${name}-shop/web`);
    const up = (image: string, states: Readonly<Record<string, SiteState>> = {}, app = "web") => {
      const manifests = MANIFESTS.replace("web:1", image).replaceAll("app: web", `app: ${app}`);
      return given({ spec: threeSites(states), manifests });
    };
    assert.equal(await up("web:1"), "done");
    assert.deepEqual(
      calls,
      sites("oslo", "turin", "vienna").map((name) => `create ${name}`),
    );
    assert.match(await up("broken"), /1 of 3 pods did not get ready/);
    assert.deepEqual(calls, ["update shop-oslo-shop/web"], "turin and vienna have what they had");
    assert.equal(await up("web:1"), "done");
    assert.deepEqual(calls, ["update shop-oslo-shop/web"]);
    // A drained site comes first from then on.
    assert.match(await up("broken", { vienna: "drained" }), /did not get ready/);
    assert.deepEqual(calls, ["update shop-vienna-shop/web"]);
    assert.equal(await up("web:2", { vienna: "drained" }), "done");
    assert.deepEqual(
      calls,
      sites("vienna", "oslo", "turin").map((name) => `update ${name}`),
    );
    // What is replaced takes nothing of the next site with it.
    assert.equal(await up("web:2", {}, "other"), "done");
    assert.deepEqual(
      calls,
      sites("oslo", "turin", "vienna").flatMap((name) => [`delete ${name}`, `create ${name}`]),
    );
    // A site that leaves has others before and after it.
    assert.equal(await up("web:2", { turin: "leaving" }, "other"), "done");
    assert.deepEqual(
      calls.filter((call) => call.startsWith("delete")),
      ["delete shop-turin-shop/web"],
    );
    calls.length = 0;
    assert.equal((await session.destroy()).exit, 0);
    assert.deepEqual(
      calls,
      sites("vienna", "oslo").map((name) => `delete ${name}`),
    );
  });
});

/** Simulated clouds on which no release that is given the image `broken` is deployed, as a refresh does not tell. */
function charts(dir: string, calls: string[]): ProviderSource {
  const given = new Map<string, Properties>();
  return altered(dir, (own) => ({
    async update(request) {
      const updated = await own.update(request);
      if (request.preview || !request.urn.includes(":Release::")) return updated;
      calls.push(request.name);
      given.set(request.urn, request.news);
      const failed = isBroken(request.news);
      const outputs = { ...updated.outputs, status: { status: failed ? "failed" : "deployed" } };
      if (failed) throw new PartialFailure("post-upgrade hooks failed", request.id, outputs);
      return { outputs };
    },
    read: async ({ id, urn, inputs, outputs }) => ({ id, inputs: given.get(urn) ?? inputs, outputs }),
  }));
}

describe("a chart's release that failed", () => {
  it("keeps later sites waiting also after a refresh, which forgets it", async (t) => {
    const { calls, up: given } = await rollout(t, charts, { refresh: ["kubernetes"] });
    const up = (image: string) =>
      given({ spec: threeSites(), chart: { chart: "./shop", values: { image }, replicas: { replicas: "shop/web" } } });
    assert.equal(await up("web:1"), "done");
    assert.match(await up("broken"), /post-upgrade hooks failed/);
    assert.deepEqual(calls, ["shop-oslo"]);
    assert.match(
      await up("broken"),
      /^Release \S+ in oslo is "failed", and the sites after it get nothing until it is deployed/m,
    );
    assert.deepEqual(calls, [], "turin and vienna have what they had");
    assert.equal(await up("web:2"), "done");
    assert.deepEqual(calls, ["shop-oslo", "shop-turin", "shop-vienna"]);
  });
});
