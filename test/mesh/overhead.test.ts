import assert from "node:assert/strict";
import { test } from "node:test";
import { gateJob } from "../../lib/mesh/gate/objects";
import { ciliumValues } from "../../lib/mesh/values";
import { deploymentSpec } from "../../lib/mesh/withdrawer/objects";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { clustersetDns, type MeshSpec } from "../../lib/plan/mesh";
import { siteGates } from "../../lib/plan/mesh/siteGates";
import type { FleetPlan } from "../../lib/plan/plan";
import type { FleetSpec } from "../../lib/plan/spec";
import { CILIUM_MINORS } from "../../lib/plan/versions";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";
import { absentChart, objectsOf, render } from "./charts";

interface PodSpec {
  readonly containers: readonly { readonly resources: { readonly requests?: Readonly<Record<string, string>> } }[];
}

/** What the containers of a pod request together, as the plan counts. */
function requested({ containers }: PodSpec): [cpuMillis: number, memoryMiB: number] {
  const of = (name: string, unit: RegExp) =>
    containers.reduce((all, { resources }) => {
      const text = resources.requests?.[name] ?? "";
      assert.match(text, unit, "every container says what it needs");
      return all + Number.parseInt(text, 10);
    }, 0);
  return [of("cpu", /^\d+m$/), of("memory", /^\d+Mi$/)];
}

function planned(mesh: MeshSpec | undefined, more: Partial<FleetSpec> = {}): FleetPlan {
  const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
  return fleetPlan(fleetSpec(sites, { ...(mesh && { mesh }), ...more }));
}

/** What a plan takes of an open node more than another, by site. */
function added(plan: FleetPlan, to: FleetPlan): number[][] {
  return plan.sites.map(({ pools }, index) => {
    const [after, before] = [pools[0]!.overheadPerNode, to.sites[index]!.pools[0]!.overheadPerNode];
    return [after.cpuMillis - before.cpuMillis, after.memoryMiB - before.memoryMiB, after.pods - before.pods];
  });
}

function sum(pods: readonly (readonly [number, number])[]): number[] {
  return [pods.reduce((all, [cpu]) => all + cpu, 0), pods.reduce((all, [, memory]) => all + memory, 0), pods.length];
}

for (const minor of CILIUM_MINORS) {
  test(`${minor}: what a mesh's pods request is what the plan has counted on every open node`, async (t) => {
    const absent = await absentChart(minor);
    if (absent) {
      t.skip(absent);
      return;
    }
    const meshed = planned({ ciliumVersion: minor });
    const [site] = meshed.sites;
    const values = { ...ciliumValues(site!, { maximumSites: 255, mesh: meshed.mesh }), k8sServiceHost: "api" };
    const rendered = objectsOf(await render(minor, { ...values, k8sServicePort: 443 }));
    const api = rendered.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === "clustermesh-apiserver",
    ) as unknown as { spec: { template: { spec: PodSpec } } };
    const dns = clustersetDns(site!, meshed.mesh)!.objects.find(({ kind }) => kind === "Deployment")!;
    const { template } = dns.body.spec as { template: { spec: PodSpec } };
    const expected = sum([requested(api.spec.template.spec), requested(template.spec)]);
    for (const one of added(meshed, planned(undefined))) assert.deepEqual(one, expected);
  });
}

test("a withdrawer and the Job at an update's end are counted where there are such", () => {
  const plain = planned({});
  const withdrawing = planned({ withdrawer: {} });
  const withdrawer = sum([requested(deploymentSpec(withdrawing.mesh!.withdrawer!).template.spec)]);
  for (const one of added(withdrawing, plain)) assert.deepEqual(one, withdrawer);
  const gated = planned({ gate: "built" });
  const job = sum([requested(gateJob(siteGates(gated)[0]!).spec.template.spec)]);
  for (const one of added(gated, plain)) assert.deepEqual(one, job);
  for (const one of added(planned({ gate: "none" }, { underlay: {} }), plain)) assert.deepEqual(one, [0, 0, 0]);
  for (const one of added(planned({ implementation: "none" }, { underlay: {} }), planned(undefined)))
    assert.deepEqual(one, [0, 0, 0], "without Cilium there is nothing of it");
});
