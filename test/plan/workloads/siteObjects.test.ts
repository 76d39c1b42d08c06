import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { demandFromManifests, ManifestError, type ManifestSource } from "../../../lib/plan/demand";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { FleetPlan } from "../../../lib/plan/plan";
import type { FleetSpec } from "../../../lib/plan/spec";
import { type KubernetesObject, type RenderedSite, siteObjects } from "../../../lib/plan/workloads";
import { covers } from "../../../lib/plan/workloads/budgets";
import { at } from "../../../lib/plan/workloads/objects";
import { aksSite, eksSite, gkeSite } from "../../support/specs";

const SITES = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];

const texts = (text: string): ManifestSource[] => [{ name: "shop.yaml", text }];

/** A plan whose demand is what the manifests ask for, as `--workloads` has it. */
function planOf(manifests: readonly ManifestSource[], change: Partial<FleetSpec> = {}): FleetPlan {
  const { workloads, daemonSets } = demandFromManifests(manifests);
  return fleetPlan({ sites: SITES, demand: { workloads, daemonSets }, ...change });
}

function rendered(text: string, change: Partial<FleetSpec> = {}) {
  return siteObjects(planOf(texts(text), change), texts(text));
}

function object(site: RenderedSite | undefined, kind: string, name: string): KubernetesObject {
  const found = site?.objects.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(found, `no ${kind} ${name} among ${site?.objects.map((one) => `${one.kind} ${one.metadata.name}`)}`);
  return found;
}

function spec(of: KubernetesObject): Record<string, never> {
  return of.spec as Record<string, never>;
}

const deployment = (name: string, replicas: number, more = "") => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: app, image: app, resources: { requests: { cpu: 100m, memory: 64Mi } } }]${more} }
---`;

describe("the objects of sites", () => {
  it("run the replicas that the plan places, and no other number", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }), (all) => {
        if (all.every((replicas) => replicas === 0)) return;
        const text = all.map((replicas, i) => deployment(`w${i}`, replicas)).join("\n");
        const plan = planOf(texts(text));
        for (const { site, objects, workloads } of siteObjects(plan, texts(text)).sites) {
          const placement = plan.capacity.placements.find((one) => one.site === site);
          for (const { name, replicas, maximum } of workloads) {
            assert.equal(maximum, placement?.replicas[name] ?? 0);
            const found = objects.find((one) => one.kind === "Deployment" && one.metadata.name === name);
            assert.ok(found);
            assert.equal(spec(found).replicas, replicas);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it("together carry the whole demand without any one of three equal sites", () => {
    const { sites } = rendered(deployment("web", 10));
    assert.equal(sites.length, 3);
    for (const lost of sites) {
      const left = sites.filter((one) => one !== lost).map(({ workloads }) => workloads[0]?.replicas ?? 0);
      assert.ok(left.reduce((sum, one) => sum + one, 0) >= 10, `${left} of 10`);
    }
  });

  it("spread pods over zones and hosts as a preference, beside what the manifest says", () => {
    const given =
      ", topologySpreadConstraints: [{ maxSkew: 2, topologyKey: topology.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway }]";
    const [site] = rendered(deployment("web", 4) + deployment("api", 4, given)).sites;
    const constraints = (name: string) =>
      (
        spec(object(site, "Deployment", name)) as never as {
          template: { spec: { topologySpreadConstraints: never[] } };
        }
      ).template.spec.topologySpreadConstraints as {
        topologyKey: string;
        maxSkew: number;
        whenUnsatisfiable: string;
      }[];
    assert.deepEqual(
      constraints("web").map(({ topologyKey, maxSkew }) => [topologyKey, maxSkew]),
      [
        ["topology.kubernetes.io/zone", 1],
        ["kubernetes.io/hostname", 1],
      ],
    );
    assert.deepEqual(
      constraints("api").map(({ topologyKey, maxSkew }) => [topologyKey, maxSkew]),
      [
        ["topology.kubernetes.io/zone", 2],
        ["kubernetes.io/hostname", 1],
      ],
    );
    for (const one of [...constraints("web"), ...constraints("api")]) {
      assert.equal(one.whenUnsatisfiable, "ScheduleAnyway");
    }
  });

  it("have a class for each priority in use, and keep a class of their own", () => {
    const sheddable = deployment("reports", 2).replace(
      "{ name: reports }",
      "{ name: reports, labels: { multisite/priority: sheddable } }",
    );
    const own = deployment("own", 2, ", priorityClassName: system-cluster-critical");
    const [site] = rendered(deployment("web", 2) + sheddable + own).sites;
    const classOf = (name: string) =>
      (spec(object(site, "Deployment", name)) as never as { template: { spec: { priorityClassName: string } } })
        .template.spec.priorityClassName;
    assert.equal(classOf("web"), "multisite-critical");
    assert.equal(classOf("reports"), "multisite-sheddable");
    assert.equal(classOf("own"), "system-cluster-critical");
    assert.equal(object(site, "PriorityClass", "multisite-critical").value, 1_000_000);
    assert.equal(object(site, "PriorityClass", "multisite-sheddable").value, -1000);
  });

  it("leave the manifests alone, and share nothing between sites", () => {
    const source = {
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "1" } },
      source: "test",
    };
    const before = JSON.stringify(source);
    const { sites } = siteObjects(planOf(texts(deployment("web", 2))), [source, ...texts(deployment("web", 2))]);
    (object(sites[0], "ConfigMap", "c").data as { a: string }).a = "2";
    assert.equal((object(sites[1], "ConfigMap", "c").data as { a: string }).a, "1");
    assert.equal(JSON.stringify(source), before);
  });

  it("go to joining and drained sites as well, never to lost and leaving ones", () => {
    const states = (state: "joining" | "drained" | "leaving") =>
      rendered(deployment("web", 9), {
        sites: [...SITES, eksSite("dublin", 4, { region: "eu-west-1", state })],
      }).sites.map(({ site, workloads }) => [site, workloads[0]?.replicas]);
    for (const state of ["joining", "drained"] as const) {
      const [dublin, replicas] = states(state)[3] ?? [];
      assert.ok(dublin === "dublin" && Number(replicas) >= 1, `${state}: ${replicas}`);
    }
    assert.equal(states("leaving").length, 3);
  });

  it("go to them but for what runs once, where a site that serves runs it", () => {
    const once = texts(deployment("cron", 1));
    const { workloads } = demandFromManifests(once);
    const demand = { workloads: workloads.map((one) => ({ ...one, spread: "singleton" as const })) };
    const running = (drained?: string) => {
      const sites = SITES.map((site) => ({
        ...site,
        state: site.name === drained ? ("drained" as const) : ("active" as const),
      }));
      return siteObjects(planOf(once, { sites, demand }), once).sites.flatMap(({ site, workloads }) =>
        workloads.map(({ replicas }) => `${site} ${replicas}`),
      );
    };
    assert.deepEqual(running(), ["amsterdam 1"]);
    assert.deepEqual(running("amsterdam"), ["belgium 1"]);
  });
});

describe("autoscalers", () => {
  const scaled = `${deployment("web", 4)}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 12 }
---`;
  const plan = planOf(texts(scaled));
  const placed = (site: string) => plan.capacity.placements.find((one) => one.site === site)!;

  it("hold what the site must carry after the worst loss, before any loss", () => {
    for (const site of siteObjects(plan, texts(scaled)).sites) {
      const { minReplicas, maxReplicas } = spec(object(site, "HorizontalPodAutoscaler", "web")) as never as Record<
        string,
        number
      >;
      const share = placed(site.site).replicas.web;
      assert.deepEqual([minReplicas, maxReplicas], [share, share]);
      assert.equal((spec(object(site, "Deployment", "web")) as never as { replicas: number }).replicas, share);
    }
  });

  it("may grow from the share before a loss to the share after it, into room that is counted", () => {
    for (const site of siteObjects(plan, texts(scaled), { scaling: "reserved" }).sites) {
      const { minReplicas, maxReplicas } = spec(object(site, "HorizontalPodAutoscaler", "web")) as never as Record<
        string,
        number
      >;
      const { share, replicas } = placed(site.site);
      assert.equal(minReplicas, Math.max(1, Math.ceil(12 * share - 1e-9)));
      assert.equal(maxReplicas, replicas.web);
      assert.ok(Number(minReplicas) < Number(maxReplicas));
      assert.deepEqual(site.workloads[0], {
        ...{ name: "web", kind: "Deployment", namespace: "default", object: "web" },
        ...{ replicas: minReplicas, maximum: maxReplicas, autoscaled: true },
      });
    }
  });
});

describe("disruption budgets", () => {
  const budget = (text: string) => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: own }
spec: { ${text}, selector: { matchLabels: { app: web } } }
---`;

  it("allow exactly one disruption, of a single replica as well", () => {
    for (const replicas of [1, 2, 30]) {
      const [site] = rendered(deployment("web", replicas)).sites;
      const made = spec(object(site, "PodDisruptionBudget", "web"));
      assert.deepEqual(made, {
        maxUnavailable: 1,
        selector: { matchLabels: { app: "web" } },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      });
    }
  });

  // Of nine pods over three equal sites each runs five.
  const cases: [string, Record<string, unknown>, boolean][] = [
    ["maxUnavailable: 2", { maxUnavailable: 2 }, false],
    ["minAvailable: 4", { minAvailable: 4 }, false],
    ["minAvailable: 5", { maxUnavailable: 1 }, true],
    ['minAvailable: "100%"', { maxUnavailable: 1 }, true],
    ["maxUnavailable: 0", { maxUnavailable: 1 }, true],
    ['maxUnavailable: "1%"', { maxUnavailable: "1%" }, false],
  ];
  for (const [text, expected, noted] of cases) {
    it(`${noted ? "replace" : "keep"} one of the manifests' own with ${text}`, () => {
      const { sites, notes } = rendered(deployment("web", 9) + budget(text));
      assert.equal(sites[0]?.workloads[0]?.replicas, 5);
      const { selector, ...said } = spec(object(sites[0], "PodDisruptionBudget", "own"));
      assert.deepEqual(said, expected);
      assert.equal(sites[0]?.objects.filter((one) => one.kind === "PodDisruptionBudget").length, 1);
      assert.equal(
        notes.some((note) => note.includes("own at frankfurt (5 pods)")),
        noted,
        notes.join("\n"),
      );
    });
  }
});

describe("disruption budgets of workloads that select each other's pods", () => {
  const labelled = (kind: string, name: string, selector: string, labels: string) =>
    deployment(name, 9)
      .replace("kind: Deployment", `kind: ${kind}`)
      .replace(/matchLabels: \{[^}]*\}/, `matchLabels: ${selector}`)
      .replace(/labels: \{[^}]*\}/, `labels: ${labels}`);
  const budgetsOf = (text: string) => {
    const { sites, notes } = rendered(text);
    const budgets = sites[0]?.objects.filter(({ kind }) => kind === "PodDisruptionBudget") ?? [];
    return { notes, selectors: Object.fromEntries(budgets.map((one) => [one.metadata.name, spec(one).selector])) };
  };

  it("go by all labels of the pods, so that none covers a pod of another", () => {
    const { selectors, notes } = budgetsOf(
      labelled("Deployment", "leader", "{ app: redis }", "{ app: redis, role: leader }") +
        labelled("Deployment", "follower", "{ app: redis }", "{ app: redis, role: follower }"),
    );
    assert.deepEqual(selectors, {
      leader: { matchLabels: { app: "redis", role: "leader" } },
      follower: { matchLabels: { app: "redis", role: "follower" } },
    });
    assert.doesNotMatch(notes.join("\n"), /PodDisruptionBudget/);
  });

  it("are shared where the pods have the same labels", () => {
    const { selectors } = budgetsOf(
      labelled("Deployment", "one", "{ app: redis }", "{ app: redis }") +
        labelled("StatefulSet", "two", "{ app: redis }", "{ app: redis }") +
        deployment("web", 9),
    );
    assert.deepEqual(selectors, { one: { matchLabels: { app: "redis" } }, web: { matchLabels: { app: "web" } } });
  });

  it("are none where a Job or a DaemonSet has the same labels, and a note says so", () => {
    for (const kind of ["Job", "DaemonSet"]) {
      const { selectors, notes } = budgetsOf(
        labelled("Deployment", "one", "{ app: redis }", "{ app: redis }") +
          labelled(kind, "other", "{ app: redis }", "{ app: redis }")
            .replace("  replicas: 9\n", "")
            .replace("apps/v1", kind === "Job" ? "batch/v1" : "apps/v1"),
      );
      assert.deepEqual(selectors, {}, kind);
      assert.match(notes.join("\n"), /given no PodDisruptionBudget: label their pods apart: Deployment one\./);
    }
  });

  it("are told of where the manifests bring two for a pod", () => {
    const own = (name: string) => `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: ${name} }
spec: { maxUnavailable: 1, selector: { matchLabels: { app: web } } }
---`;
    const { notes } = budgetsOf(deployment("web", 9) + own("a") + own("b"));
    assert.match(notes.join("\n"), /more than one PodDisruptionBudget.*: Deployment web \(a, b\)\./);
  });

  it("never cover a pod twice, and cover every workload that can be told apart", () => {
    const label = fc.record({ app: fc.constantFrom("a", "b"), tier: fc.constantFrom("web", "db"), own: fc.boolean() });
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 6 }), (all) => {
        const text = all.map(({ app, tier, own }, i) =>
          labelled(
            "Deployment",
            `w${i}`,
            `{ app: ${app} }`,
            `{ app: ${app}, tier: ${tier}${own ? `, name: w${i}` : ""} }`,
          ),
        );
        const { sites } = rendered(text.join("\n"));
        const objects = sites[0]?.objects ?? [];
        const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget");
        for (const one of objects.filter(({ kind }) => kind === "Deployment"))
          assert.equal(budgets.filter((each) => covers(each, one)).length, 1, one.metadata.name);
      }),
    );
  });
});

describe("manifests that nobody tuned", () => {
  it("work: no namespace, no labels, no selector, no requests", () => {
    const text = readFileSync(join(__dirname, "../demand/fixtures/untuned.yaml"), "utf8");
    const { sites } = rendered(text);
    for (const site of sites) {
      const web = spec(object(site, "Deployment", "web")) as never as {
        selector: { matchLabels: unknown };
        template: { metadata: { labels: unknown } };
      };
      assert.deepEqual(web.selector.matchLabels, { "app.kubernetes.io/name": "web" });
      assert.deepEqual(web.template.metadata.labels, web.selector.matchLabels);
      assert.equal(object(site, "DaemonSet", "logs").status, undefined);
    }
  });

  it("lose what every cluster has, where a live cluster's objects are given", () => {
    const live = (kind: string, name: string, more = "") =>
      `\napiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, uid: "7"${more} }\n---`;
    const [site] = rendered(
      deployment("web", 3) +
        live("Namespace", "kube-system") +
        live("PriorityClass", "system-node-critical").replace("v1", "scheduling.k8s.io/v1") +
        live("ClusterRole", "system:node", ", labels: { kubernetes.io/bootstrapping: rbac-defaults }").replace(
          "v1",
          "rbac.authorization.k8s.io/v1",
        ) +
        live("ClusterRole", "own").replace("v1", "rbac.authorization.k8s.io/v1"),
    ).sites;
    const kept = site?.objects.filter(({ kind }) => /Namespace|ClusterRole|PriorityClass/.test(kind));
    assert.deepEqual(kept?.map(({ metadata }) => metadata.name).sort(), ["multisite-critical", "own"]);
  });

  it("have what runs on every node come before what finds room on another", () => {
    const agent = deployment("agent", 1).replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 1\n", "");
    const own = agent
      .replaceAll("agent", "own")
      .replace("spec: { containers", "spec: { priorityClassName: system-node-critical, containers");
    const [site] = rendered(deployment("web", 3) + agent + own).sites;
    const classOf = (name: string) =>
      at(spec(object(site, "DaemonSet", name)), "template", "spec", "priorityClassName");
    assert.deepEqual([classOf("agent"), classOf("own")], ["multisite-every-node", "system-node-critical"]);
    const [everyNode, critical] = ["every-node", "critical"].map((use) =>
      object(site, "PriorityClass", `multisite-${use}`),
    );
    assert.ok(Number(everyNode?.value) > Number(critical?.value));
    assert.equal(everyNode?.preemptionPolicy, "PreemptLowerPriority");
  });

  it("are left as they are where their API places their pods", () => {
    const knative = `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: hello }
spec: { template: { metadata: { labels: { app: hello } }, spec: { containers: [{ image: app, resources: { requests: { cpu: 100m, memory: 64Mi } } }] } } }
---`;
    const [site] = rendered(knative + deployment("web", 3)).sites;
    const pods = at(spec(object(site, "Service", "hello")), "template", "spec");
    assert.deepEqual(Object.keys(pods as object), ["containers"]);
  });

  it("are given a name apart where they leave it to the API server", () => {
    const job = deployment("run", 1)
      .replace("apps/v1", "batch/v1")
      .replace("kind: Deployment", "kind: Job")
      .replace("metadata: { name: run }", "metadata: { generateName: run- }")
      .replace(/ {2}(replicas|selector): .*\n/g, "");
    const { sites } = rendered(job + job);
    assert.deepEqual(
      sites[0]?.objects.filter(({ kind }) => kind === "Job").map(({ metadata }) => metadata.name),
      ["run", "run-2"],
    );
  });

  it("keep a custom kind that says no number as it is, and its containers need no names", () => {
    const custom = (kind: string, more: string) => `
apiVersion: serving.example.com/v1
kind: ${kind}
metadata: { name: ${kind.toLowerCase()} }
spec: { ${more}template: { spec: { containers: [{ image: app, resources: { requests: { cpu: 100m, memory: 64Mi } } }] } } }
---`;
    const { sites } = rendered(custom("Service", "") + custom("Rollout", "replicas: 6, "));
    assert.equal(sites.length, 3);
    for (const site of sites) {
      assert.ok(!("replicas" in spec(object(site, "Service", "service"))));
      const placed = site.workloads.find(({ name }) => name === "rollout")?.replicas;
      assert.ok(placed !== undefined && placed > 1);
      assert.equal(spec(object(site, "Rollout", "rollout")).replicas, placed);
    }
  });

  it("are given their namespaces, but for those that the sites have", () => {
    const inNamespace = (name: string) =>
      deployment("web", 3).replace("name: web }", `name: web, namespace: ${name} }`);
    const manifests = texts(inNamespace("shop") + inNamespace("bank"));
    const namespaces = (existingNamespaces: string[]) =>
      siteObjects(planOf(manifests), manifests, { existingNamespaces }).sites.map(({ objects }) =>
        objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name),
      );
    assert.deepEqual(namespaces([]), Array(3).fill(["shop", "bank"]));
    assert.deepEqual(namespaces(["shop"]), Array(3).fill(["bank"]));
  });

  it("lose what a live cluster wrote into them", () => {
    const live = JSON.stringify({
      apiVersion: "v1",
      kind: "List",
      items: [
        {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: {
            name: "web",
            namespace: "shop",
            uid: "u",
            resourceVersion: "5",
            generation: 2,
            creationTimestamp: "2026-01-01T00:00:00Z",
            managedFields: [{ manager: "kubectl" }],
            annotations: { "deployment.kubernetes.io/revision": "3", kept: "yes" },
          },
          spec: {
            replicas: 2,
            selector: { matchLabels: { a: "b" } },
            template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c" }] } },
          },
          status: { replicas: 2 },
        },
        {
          apiVersion: "apps/v1",
          kind: "ReplicaSet",
          metadata: {
            name: "web-5",
            namespace: "shop",
            uid: "r",
            ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "u" }],
          },
          spec: { replicas: 2, template: { spec: { containers: [] } } },
        },
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "web", namespace: "shop", uid: "s" },
          spec: { clusterIP: "10.0.0.9", clusterIPs: ["10.0.0.9"], ports: [{ port: 80 }] },
        },
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "shop", uid: "d" } },
      ],
    });
    const [site] = rendered(live).sites;
    const { metadata, status } = object(site, "Deployment", "web");
    assert.deepEqual(metadata, { name: "web", namespace: "shop", annotations: { kept: "yes" } });
    assert.equal(status, undefined);
    assert.deepEqual(spec(object(site, "Service", "web")), { ports: [{ port: 80 }] });
    assert.ok(!site?.objects.some(({ kind }) => kind === "ReplicaSet" || kind === "ServiceAccount"));
    assert.equal(site?.objects[0]?.kind, "Namespace", "the namespace that they are in comes first");
  });

  it("are rewritten for the version that is served, where nothing else changes", () => {
    const old = (apiVersion: string, kind: string) =>
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: old }\n---\n`;
    const { sites, notes } = rendered(
      deployment("web", 2) +
        "\n" +
        old("rbac.authorization.k8s.io/v1beta1", "ClusterRole") +
        old("scheduling.k8s.io/v1beta1", "PriorityClass") +
        old("storage.k8s.io/v1beta1", "StorageClass") +
        old("storage.k8s.io/v1beta1", "CSIStorageCapacity"),
    );
    const versions = ["ClusterRole", "PriorityClass", "StorageClass", "CSIStorageCapacity"].map(
      (kind) => object(sites[0], kind, "old").apiVersion,
    );
    const served = ["rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1"];
    assert.deepEqual(versions, [...served, "storage.k8s.io/v1beta1"]);
    assert.match(
      notes.join("\n"),
      /no longer served, and applied as rbac\.authorization\.k8s\.io\/v1: ClusterRole old\./,
    );
  });

  it("say nothing of DaemonSets that the verdict has counted, and of others that it has not", () => {
    const agent = deployment("agent", 1).replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 1\n", "");
    const text = `${deployment("web", 2)}\n${agent}`;
    assert.doesNotMatch(rendered(text).notes.join("\n"), /agent/);
    const { notes } = siteObjects(planOf(texts(deployment("web", 2))), texts(text));
    assert.match(notes.join("\n"), /DaemonSets that the demand does not name, so not in the verdict: agent\./);
    assert.doesNotMatch(notes.join("\n"), /divided by the sites' shares/);
  });

  it("say where they were written, in lists and under rewritten versions too, and nothing of those that are made", () => {
    const old = deployment("old", 1).replace("apps/v1", "extensions/v1beta1");
    const text = `${deployment("web", 1)}\nkind: List\napiVersion: v1\nitems:\n- kind: Service\n  apiVersion: v1\n  metadata: { name: web, namespace: shop }\n---${old}`;
    const { sites, whereOf } = rendered(text);
    const where = (kind: string, name: string) => sites.map((site) => whereOf(object(site, kind, name)));
    for (const [kind, name, place] of [
      ["Deployment", "web", "shop.yaml:2 (document 1)"],
      ["Service", "web", "shop.yaml:15 (document 2)"],
      ["Deployment", "old", "shop.yaml:19 (document 3)"],
      ["Namespace", "shop", undefined],
    ] as const)
      assert.deepEqual(where(kind, name), Array(3).fill(place), `${kind} ${name}`);
  });

  it("are refused with every problem when they cannot be read", () => {
    const text = `${deployment("web", 1)}\napiVersion: v1\nkind: Service\n---\nkind: Nothing\n`;
    const plan = planOf(texts(deployment("web", 1)));
    assert.throws(
      () => siteObjects(plan, texts(text)),
      (error) => error instanceof ManifestError && error.problems.length === 2,
    );
  });
});

describe("a demand by hand", () => {
  it("is matched by namespace and name, and what it does not name is divided by the shares", () => {
    const text =
      deployment("web", 3).replace("{ name: web }", "{ name: web, namespace: shop }") + deployment("other", 10);
    const plan = fleetPlan({
      sites: SITES,
      demand: { workloads: [{ name: "shop/web", replicas: 20, cpu: 0.1, memoryGiB: 0.1 }] },
    });
    const { sites, notes } = siteObjects(plan, texts(text));
    for (const { site, workloads } of sites) {
      const placement = plan.capacity.placements.find((one) => one.site === site)!;
      assert.equal(workloads[0]?.replicas, placement.replicas["shop/web"]);
      assert.equal(workloads[1]?.replicas, Math.ceil(10 * placement.worstShare - 1e-9));
    }
    assert.ok(notes.some((note) => note.startsWith("Not among the demand's workloads") && note.includes("other")));
  });
});

describe("the online boutique", () => {
  const file = join(__dirname, "../../../../shared/data/online-boutique.yaml");
  it("is placed whole in each of three sites", {
    skip: existsSync(file) ? false : "../shared/data is not here",
  }, () => {
    const { sites, notes } = rendered(readFileSync(file, "utf8"));
    for (const { objects, workloads } of sites) {
      assert.equal(workloads.length, 12);
      assert.ok(workloads.every(({ replicas }) => replicas === 1));
      const counts: Record<string, number> = {};
      for (const { kind } of objects) counts[kind] = (counts[kind] ?? 0) + 1;
      assert.deepEqual(counts, {
        ...{ PriorityClass: 1, ServiceAccount: 11, PodDisruptionBudget: 12, Service: 12, Deployment: 12 },
      });
    }
    assert.deepEqual(notes, []);
  });
});
