import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import Ajv from "ajv";
import { ciliumValues, type HelmValues } from "../../lib/mesh/values";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { FleetPlan, SitePlan } from "../../lib/plan/plan";
import type { SiteSpec } from "../../lib/plan/spec";
import { CILIUM_MINORS, type CiliumMinor } from "../../lib/plan/versions";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../support/specs";
import { absentChart, objectsOf, type Rendered, render, schemaOf } from "./charts";

const SITES: readonly SiteSpec[] = [
  eksSite("frankfurt", 1),
  gkeSite("belgium", 2),
  aksSite("amsterdam", 3),
  existingSite("basel", 4, { endpoints: { mesh: ["192.168.16.9"] } }),
];

function planned(ciliumVersion: CiliumMinor, sites: readonly SiteSpec[] = SITES): FleetPlan {
  return fleetPlan(fleetSpec([...sites], { mesh: { ciliumVersion, mtuBytes: 1370 } }));
}

/** Whether a chart is not here: then one line says so. */
async function skips(t: TestContext, minor: CiliumMinor): Promise<boolean> {
  const absent = await absentChart(minor);
  if (absent) t.skip(absent);
  return absent !== false;
}

/** The values as `cilium` completes them, in a fleet with a trust. */
function valuesOf(plan: FleetPlan, site: SitePlan, hubble = true): HelmValues {
  const values = ciliumValues(site, { maximumSites: plan.maximumSites, mesh: plan.mesh, hubble });
  return { ...values, k8sServiceHost: "api.example.com", k8sServicePort: 443 };
}

for (const minor of CILIUM_MINORS) {
  const plan = planned(minor);

  test(`${minor}: the chart's own schema accepts the values of every kind`, async (t) => {
    if (await skips(t, minor)) return;
    const validate = new Ajv({ strict: false, logger: false }).compile(schemaOf(minor));
    for (const site of plan.sites)
      for (const hubble of [true, false])
        assert.ok(validate(valuesOf(plan, site, hubble)), JSON.stringify(validate.errors));
  });

  test(`${minor}: every value is one that the chart knows`, async (t) => {
    if (await skips(t, minor)) return;
    const { properties } = schemaOf(minor);
    for (const site of plan.sites) {
      // Read by a script of the chart and documented nowhere.
      const unknown = [...paths(valuesOf(plan, site), { properties })].filter((path) => !path.startsWith("nodeinit."));
      assert.deepEqual(unknown, [], site.name);
    }
  });

  test(`${minor}: Helm renders every kind, twice alike, with no job and no authority's key`, async (t) => {
    if (await skips(t, minor)) return;
    for (const site of plan.sites) {
      const text = await render(minor, valuesOf(plan, site));
      assert.equal(await render(minor, valuesOf(plan, site)), text, `two renders of ${site.name} are the same bytes`);
      assert.doesNotMatch(text, /PRIVATE KEY|ca\.key/);
      const objects = objectsOf(text);
      assert.deepEqual(
        objects.filter(({ kind }) => kind === "Job" || kind === "CronJob").map(({ metadata }) => metadata.name),
        [],
      );
      const secrets = objects.filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata.name);
      assert.deepEqual(secrets, [], "certificates and peers are objects of ours");
      assert.deepEqual(volumeOf(objects, "DaemonSet", "cilium", "hubble-tls"), HUBBLE_SERVER);
      assert.deepEqual(volumeOf(objects, "Deployment", "hubble-relay", "tls"), HUBBLE_RELAY);
      const config = objects.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "cilium-config");
      const { data } = config as unknown as { data: Record<string, string> };
      assert.equal(data["cluster-id"], String(site.number));
      assert.equal(data["clustermesh-cache-ttl"], "180s");
      assert.equal(data["enable-wireguard"], "true");
      assert.equal(data.mtu, "1370");
      assert.equal(data["routing-mode"], "tunnel");
    }
  });

  test(`${minor}: the mesh API is at the address that the plan has promised`, async (t) => {
    if (await skips(t, minor)) return;
    for (const site of plan.sites) {
      const objects = objectsOf(await render(minor, valuesOf(plan, site)));
      const found = objects.find(
        ({ kind, metadata }) => kind === "Service" && metadata.name === "clustermesh-apiserver",
      );
      const { spec, metadata } = found as unknown as {
        spec: { type: string; loadBalancerIP?: string; ports: { nodePort?: number }[]; sessionAffinity?: string };
        metadata: { annotations?: Record<string, string> };
      };
      const address = site.addresses.mesh[0];
      if (site.kind === "eks") {
        assert.deepEqual([spec.type, spec.ports[0]?.nodePort, spec.sessionAffinity], ["NodePort", 32_379, undefined]);
      } else if (site.kind === "aks") {
        assert.equal(metadata.annotations?.["service.beta.kubernetes.io/azure-load-balancer-ipv4"], address);
        assert.equal(metadata.annotations?.["service.beta.kubernetes.io/azure-load-balancer-internal"], "true");
      } else assert.equal(spec.loadBalancerIP, address);
    }
  });

  test(`${minor}: a site more or less changes no byte of another's render`, async (t) => {
    if (await skips(t, minor)) return;
    const fewer = planned(minor, SITES.slice(0, 3));
    for (const [index, site] of fewer.sites.entries()) {
      assert.deepEqual(
        valuesOf(fewer, site),
        valuesOf(plan, plan.sites[index]!),
        "also across a fleet's MTU, once given",
      );
    }
  });
}

/** What of which objects a pod reads for its TLS, as `Kind name key`. */
function volumeOf(objects: readonly Rendered[], kind: string, name: string, volume: string): string[] {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name) as unknown as {
    spec: { template: { spec: { volumes: { name: string; projected?: { sources: Source[] } }[] } } };
  };
  const sources = found.spec.template.spec.volumes.find((one) => one.name === volume)?.projected?.sources ?? [];
  return sources.flatMap((source) =>
    Object.entries(source).flatMap(([from, it]) => it.items.map(({ key }) => `${from} ${it.name} ${key}`)),
  );
}

type Source = {
  readonly [from: string]: { readonly name: string; readonly items: readonly { readonly key: string }[] };
};

const ROOTS = "configMap cilium-root-ca.crt ca.crt";
const pair = (name: string) => [`secret ${name} tls.crt`, `secret ${name} tls.key`];
const HUBBLE_SERVER = [...pair("hubble-server-certs"), ROOTS];
const HUBBLE_RELAY = [...pair("hubble-relay-client-certs"), ROOTS];

test("without a mesh, and with the implementation none, the values stay as they are", () => {
  const [alone, none] = [{}, { mesh: { implementation: "none" as const } }].map((change) =>
    fleetPlan(fleetSpec(SITES.slice(0, 3), change)),
  );
  for (const [index, site] of alone!.sites.entries()) {
    const values = ciliumValues(site, { maximumSites: 255 });
    assert.deepEqual(ciliumValues(none!.sites[index]!, { maximumSites: 255, mesh: none!.mesh }), values);
    assert.deepEqual(values.clustermesh, { maxConnectedClusters: 255 });
    assert.ok(!("encryption" in values));
  }
});

test("a site alone has Hubble by its trust's certificates, and none without them", async (t) => {
  if (await skips(t, "1.19")) return;
  const [site] = fleetPlan(fleetSpec(SITES.slice(0, 3))).sites as [SitePlan];
  const made = { k8sServiceHost: "api.example.com", k8sServicePort: 443 };
  const trusted = objectsOf(
    await render("1.19", { ...ciliumValues(site, { maximumSites: 255, hubble: true }), ...made }),
  );
  assert.deepEqual(volumeOf(trusted, "DaemonSet", "cilium", "hubble-tls"), HUBBLE_SERVER);
  assert.deepEqual(
    trusted.filter(({ kind }) => ["Job", "CronJob", "Secret"].includes(kind)),
    [],
  );
  const alone = objectsOf(await render("1.19", { ...ciliumValues(site, { maximumSites: 255 }), ...made }));
  assert.ok(!alone.some(({ metadata }) => metadata.name.startsWith("hubble")));
});

test("encryption is off by choice", () => {
  const plan = fleetPlan(fleetSpec(SITES.slice(0, 3), { mesh: { encryption: "none" } }));
  for (const site of plan.sites) assert.ok(!("encryption" in valuesOf(plan, site)));
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Paths of values that a schema does not name. */
function* paths(values: HelmValues, { properties }: Schema, prefix = ""): Generator<string> {
  if (properties === undefined) return;
  for (const [name, value] of Object.entries(values)) {
    const inner = properties[name];
    if (!inner) yield `${prefix}${name}`;
    else if (typeof value === "object" && !Array.isArray(value)) yield* paths(value, inner, `${prefix}${name}.`);
  }
}
