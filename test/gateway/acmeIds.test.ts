import assert from "node:assert/strict";
import NodeModule from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { eks, route53 } from "../../lib/aws";
import { aks } from "../../lib/azure";
import { cloudDns, gke } from "../../lib/gcp";
import { planFleet } from "../../lib/options";
import type { TrafficSpec } from "../../lib/plan/routing/spec";
import { simulatedClouds } from "../../rehearsal/clouds";
import { type Deployment, openSession, type ResourceView } from "../../rehearsal/engine";
import { ACME, gateway } from "../support/gateway";
import { CLOUD_DNS, ROUTE53, threeClouds } from "../support/traffic";

/** By what Node finds a package. */
const Module = NodeModule as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
/** The ids of a fleet that Google keeps after a deletion, each by the name of its resource, and what changed. */
interface Run {
  readonly pool: unknown;
  readonly role: unknown;
  readonly providers: { readonly [site: string]: unknown };
  /** What each site's pods tell Google, by site. */
  readonly audiences: { readonly [site: string]: string };
  readonly changes: readonly string[];
}

/** Runs that each go on from what the one before left, in the same simulated clouds. */
function runs(): (config: Record<string, string>) => Promise<Run> {
  const projectDir = join(__dirname, "../programs/acme");
  const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
  let state: Deployment | undefined;
  return async (config) => {
    const session = await openSession({
      projectDir,
      sources,
      config,
      ...(state && { state }),
    });
    try {
      const { exit, resources, steps, diagnostics } = await session.up();
      assert.equal(exit, 0, JSON.stringify(diagnostics));
      state = session.deployment();
      const changes = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
      return { ...idsOf(resources), changes };
    } finally {
      await session.close();
    }
  };
}

function idsOf(resources: readonly ResourceView[]): Omit<Run, "changes"> {
  const of = (type: string) => resources.filter((one) => one.type.endsWith(`:${type}`));
  const bySite = <T>(found: readonly ResourceView[], suffix: string, value: (one: ResourceView) => T) =>
    Object.fromEntries(found.map((one) => [one.name.replace(suffix, ""), value(one)]));
  const configs = of("ConfigMap").filter(({ name }) => name.endsWith("-gateway-google"));
  return {
    pool: of("WorkloadIdentityPool")[0]?.inputs.workloadIdentityPoolId,
    role: of("IAMCustomRole")[0]?.inputs.roleId,
    providers: bySite(
      of("WorkloadIdentityPoolProvider"),
      "-acme",
      ({ inputs }) => inputs.workloadIdentityPoolProviderId,
    ),
    audiences: bySite(
      configs,
      "-gateway-google",
      ({ inputs }) => JSON.parse((inputs.data as Record<string, string>)["google.json"]!).audience,
    ),
  };
}

describe("ids that Google keeps after a deletion", () => {
  it("are new for a site that is lost and comes back, and stay for the others and when nothing changes", async () => {
    const up = runs();
    const first = await up({ service: "cloudDns" });
    assert.match(String(first.pool), /^acme-shop-example-com-[0-9a-f]{8}$/);
    assert.match(String(first.role), /^acme_shop_example_com_[0-9a-f]{8}$/);
    assert.match(String(first.providers.attic), /^site-1-[0-9a-f]{8}$/);
    assert.match(String(first.providers.cellar), /^site-2-[0-9a-f]{8}$/);
    assert.deepEqual((await up({ service: "cloudDns" })).changes, []);

    const lost = await up({ service: "cloudDns", cellar: "lost" });
    assert.deepEqual(lost.providers, { attic: first.providers.attic });

    const back = await up({ service: "cloudDns", cellar: "drained" });
    assert.match(String(back.providers.cellar), /^site-2-[0-9a-f]{8}$/);
    assert.notEqual(back.providers.cellar, first.providers.cellar);
    assert.ok(back.audiences.cellar?.endsWith(`/${back.pool}/providers/${back.providers.cellar}`));
    assert.deepEqual(
      [back.pool, back.role, back.providers.attic, back.audiences.attic],
      [first.pool, first.role, first.providers.attic, first.audiences.attic],
    );
    assert.deepEqual((await up({ service: "cloudDns" })).providers, back.providers);
  });

  it("are all new when the gateway is taken away and comes back, and when another service answered meanwhile", async () => {
    const up = runs();
    const seen = new Set<unknown>();
    const areNew = async () => {
      const { pool, role, providers } = await up({ service: "cloudDns" });
      const ids = [pool, role, providers.attic, providers.cellar];
      for (const id of ids) assert.ok(typeof id === "string" && !seen.has(id), `${id} was there before`);
      for (const id of ids) seen.add(id);
    };
    await areNew();
    assert.equal((await up({})).pool, undefined);
    await areNew();
    assert.equal((await up({ service: "route53" })).pool, undefined);
    await areNew();
  });

  it("need a package, which the fleet asks for before anything is declared, and only where it needs it", (t) => {
    const planned = (service: "cloudDns" | "route53", providers: TrafficSpec["providers"] = [ROUTE53, CLOUD_DNS]) =>
      planFleet("shop", {
        spec: threeClouds({ providers, gateway: gateway({ certificate: { ...ACME, service } }) }),
        ...{ kinds: [eks, gke, aks], services: [route53, cloudDns] },
      });
    planned("cloudDns");
    const resolve = Module._resolveFilename;
    t.mock.method(Module, "_resolveFilename", (request: string, ...rest: unknown[]) => {
      if (request.startsWith("@pulumi/random")) throw new Error(`Cannot find module '${request}'`);
      return resolve.call(Module, request, ...rest);
    });
    planned("route53");
    assert.throws(
      () => planned("cloudDns"),
      /spec\.traffic\.gateway\.certificate is by ACME and answered for by cloudDns, .* not installed: npm install @pulumi\/random, or have it answered for by route53 \(certificate\.service\)$/m,
    );
    assert.throws(() => planned("cloudDns", [CLOUD_DNS]), /not installed: npm install @pulumi\/random$/m);
  });
});
