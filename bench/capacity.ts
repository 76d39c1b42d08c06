/**
 * Times the whole capacity verdict for 255 different sites and 12 workloads of 1 to 2,000 replicas, with one and two
 * losses: once in a fresh process state (cold) and as the median of the following runs. Run: `npx tsx bench/capacity.ts`.
 */
import { capacityVerdict } from "../lib/plan/capacity";
import type { CapacityInput, CapacitySite } from "../lib/plan/capacityInput";
import { resources } from "../lib/plan/resources";
import type { WorkloadSpec } from "../lib/plan/spec";

const RUNS = 9;

/** 255 sites, no two alike, and a demand that they carry `slack` times over beyond N/(N-k). */
export function manySites(tolerate: number, slack: number, count = 255): CapacityInput {
  const workloads: WorkloadSpec[] = Array.from({ length: 12 }, (_, i) => ({
    name: `w${i}`,
    replicas: [1, 2, 3, 10, 40, 100, 250, 500, 800, 1200, 1600, 2000][i] ?? 1,
    minimumPerSite: 0,
    cpu: [0.1, 0.25, 0.5, 0.2, 1, 0.75, 0.3, 0.15, 0.4, 0.25, 0.1, 0.2][i] ?? 0.1,
    memoryGiB: [0.25, 2, 0.5, 1, 1, 3, 0.5, 0.25, 2, 0.5, 0.125, 0.75][i] ?? 0.1,
  }));
  const cpu = workloads.reduce((sum, one) => sum + one.cpu * one.replicas, 0);
  const share = (slack * 1000 * cpu) / (count - tolerate);
  const sites = Array.from({ length: count }, (_, i): CapacitySite => {
    const nodes = 3 + (i % 7);
    const perNode = resources({
      cpuMillis: Math.round((share / nodes) * (1 + i / 1000)),
      memoryMiB: Math.round((share / nodes) * (2.5 + i / 500)),
      pods: 110,
      ephemeralStorageMiB: 80_000,
    });
    return {
      name: `s${i}`,
      faultDomain: `d${i}`,
      nodeGroups: [{ pool: "apps", count: nodes, perNode, machineType: "m" }],
    };
  });
  return { sites, demand: { workloads }, tolerate, faultDomain: "region" };
}

function measure(what: string, input: CapacityInput): void {
  const times: number[] = [];
  let verdict = "";
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    verdict = capacityVerdict(input).verdict;
    times.push(performance.now() - start);
  }
  const [cold] = times;
  const median = times.slice(1).sort((a, b) => a - b)[Math.floor((RUNS - 1) / 2)];
  console.log(`${what.padEnd(44)} ${verdict.padEnd(18)} cold ${cold?.toFixed(1)} ms, then ${median?.toFixed(1)} ms`);
}

if (require.main === module)
  for (const tolerate of [1, 2]) {
    for (const slack of [0.8, 1.3, 2, 4])
      measure(`255 sites, k = ${tolerate}, ${slack} x the least`, manySites(tolerate, slack));
  }
