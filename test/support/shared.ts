import { after, type TestContext } from "node:test";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { ExistingSiteSpec } from "../../lib/plan/spec";
import { type LocalSite, type LocalSites, localSites } from "../../rehearsal/clusters/sites";
import type { Toolchain } from "../../rehearsal/clusters/toolchain";
import { bareControlPlane, type ControlPlane } from "./controlPlane";
import { until } from "./folders";
import { clients } from "./localClients";
import { existingSite, fleetSpec } from "./specs";

// Control planes that all files of a process share, because each takes seconds of CPU to start, more than most tests on it. They
// start when they are first asked for, and end with the process's last test: this must be loaded outside of any suite, see
// scripts/test.mjs. Tests on them keep to namespaces and names of their own, and take away what others would see or wait for.

let bare: Promise<ControlPlane> | undefined;
const fleets = new Map<string, Promise<LocalSites>>();

after(async () => {
  await (await bare)?.close();
  for (const fleet of fleets.values()) await (await fleet).close();
});

/** A control plane without nodes, on which a test finds nothing that another has left. */
export function sharedControlPlane(tools: Toolchain): Promise<ControlPlane> {
  bare ??= bareControlPlane(tools);
  return bare;
}

/** A site of two nodes that anybody may have. */
export function smallSite(name: string, number: number, change: Partial<ExistingSiteSpec> = {}): ExistingSiteSpec {
  return existingSite(name, number, {
    allocatable: { cpu: 8, memoryGiB: 32, pods: 220, nodes: 2, verifiedAt: "2026-11-01" },
    cidrs: { nodes: [`192.168.${number}.0/24`], pods: [`172.2${number}.0.0/16`], services: [`172.3${number}.0.0/16`] },
    ...change,
  });
}

/** The plan of the sites that are shared. */
export const SHARED = fleetPlan(fleetSpec([smallSite("oslo", 1), smallSite("turin", 2)], { demand: { cpu: 1 } }));

/** A site of {@link SHARED}. It runs, though another test may have killed it. */
export async function sharedSite(tools: Toolchain, name: string): Promise<LocalSite> {
  const fleet = fleets.get(name) ?? localSites(SHARED, { tools, only: [name] });
  fleets.set(name, fleet);
  const site = (await fleet).sites[name]!;
  await site.start();
  return site;
}

/** Makes namespaces in which pods can run, by their names and with these labels. They go with the test. */
export async function ownNamespaces(
  t: TestContext,
  cluster: { readonly kubeconfig: string },
  wanted: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<void> {
  const { core } = await clients(cluster);
  const names = Object.keys(wanted);
  const all = (work: (name: string) => Promise<unknown>) => Promise.all(names.map(work));
  t.after(async () => {
    await all((name) => core.deleteNamespace({ name }));
    await all((name) => until(async () => !(await isThere(core.readNamespace({ name }))), 120));
  });
  await all((name) => core.createNamespace({ body: { metadata: { name, labels: { ...wanted[name] } } } }));
  const account = { name: "default" };
  await all((namespace) => until(() => isThere(core.readNamespacedServiceAccount({ ...account, namespace })), 60));
}

function isThere(read: Promise<unknown>): Promise<boolean> {
  return read.then(
    () => true,
    () => false,
  );
}
