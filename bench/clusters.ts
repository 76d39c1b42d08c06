import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fleetPlan } from "../lib/plan/fleetPlan";
import type { AksSiteSpec, EksSiteSpec, GkeSiteSpec, SiteSpec } from "../lib/plan/spec";
import { type LocalSites, localSites } from "../rehearsal/clusters/sites";
import { type Toolchain, toolchain } from "../rehearsal/clusters/toolchain";
import { type Figure, median } from "./support/figures";

/** Runs of the three sites; of ten sites, one has to do. */
const RUNS = 3;

const GUID = "00000000-1111-2222-3333-444444444444";

/** Three kinds in turn, six nodes of four cores each, as in examples/three-clouds. */
function site(number: number): SiteSpec {
  const common = { name: `site-${number}`, number, faultDomain: `domain-${number}` };
  const pools = (machineType: string) => [{ name: "apps", machineType, nodes: 6 }];
  const kinds: readonly (() => SiteSpec)[] = [
    (): EksSiteSpec => ({
      ...common,
      kind: "eks",
      account: "111122223333",
      region: "eu-central-1",
      apiAccess: { mode: "private" },
      pools: pools("m6i.xlarge"),
    }),
    (): GkeSiteSpec => ({
      ...common,
      kind: "gke",
      project: "shop-production",
      region: "europe-west1",
      apiAccess: { mode: "dns" },
      pools: pools("n2-standard-4"),
    }),
    (): AksSiteSpec => ({
      ...common,
      kind: "aks",
      subscription: GUID,
      tenant: GUID,
      administrators: [GUID],
      region: "westeurope",
      apiAccess: { mode: "private" },
      pools: pools("Standard_D4s_v5"),
    }),
  ];
  return kinds[(number - 1) % kinds.length]!();
}

async function start(count: number, tools: Toolchain): Promise<{ seconds: number; fleet: LocalSites }> {
  const plan = fleetPlan({ sites: Array.from({ length: count }, (_, i) => site(i + 1)), demand: { cpu: 8 } });
  const begun = performance.now();
  const fleet = await localSites(plan, { tools });
  return { seconds: (performance.now() - begun) / 1000, fleet };
}

/** Sum of the proportional set sizes of a fleet's programs in MB: what is shared counts once. */
function pssOf(fleet: LocalSites): number {
  const file = Object.values(fleet.sites)[0]?.kubeconfigFile ?? "";
  const folder = dirname(dirname(file));
  let total = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder)) continue;
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
      total += Number(pss ?? 0) / 1000;
    } catch {
      // A process that has just ended, or is not ours to read.
    }
  }
  return total;
}

/**
 * Local sites with built tools, from nothing to every node ready and all that the plan counted on the nodes running, and
 * what ten of them take of memory a quarter of a minute later: what a rehearsal with `--clusters` waits for first.
 */
export async function run(): Promise<Figure[]> {
  const tools = await toolchain();
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const { seconds, fleet } = await start(3, tools);
    times.push(seconds);
    await fleet.close();
  }
  const { seconds, fleet } = await start(10, tools);
  await new Promise((resolve) => setTimeout(resolve, 15_000));
  const pss = process.platform === "linux" ? pssOf(fleet) : undefined;
  const begun = performance.now();
  await fleet.close();
  const closing = performance.now() - begun;
  const shape = "six nodes and their DaemonSet pods each";
  return [
    { name: "three sites ready", unit: "s", value: median(times), limit: 15, note: `median of ${RUNS}; ${shape}` },
    { name: "ten sites ready", unit: "s", value: seconds, limit: 60, note: `one run; ${shape}` },
    ...(pss === undefined
      ? []
      : [
          { name: "ten sites, sum of PSS", unit: "MB", value: pss, limit: 4000, note: "all programs and their keeper" },
        ]),
    { name: "ten sites ended and removed", unit: "ms", value: closing },
  ];
}
