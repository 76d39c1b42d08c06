/**
 * Times the whole capacity verdict for 255 sites, no two alike, and 12 workloads of 1 to 2,000 replicas: the plan, the
 * policy pack and every rehearsal wait for it.
 */
import { capacityVerdict } from "../lib/plan/capacity";
import type { CapacityInput, CapacitySite } from "../lib/plan/capacityInput";
import { resources } from "../lib/plan/resources";
import type { WorkloadSpec } from "../lib/plan/spec";
import { type Figure, median, timesOf } from "./support/figures";

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

/** Small sites, no two alike, of six pods of each of four workloads: the orders in which these may come are searched. */
export function smallSites(count: number): CapacityInput {
  const shapes = [
    [0.25, 0.5],
    [0.7, 1.2],
    [0.5, 2],
    [1.1, 0.5],
  ] as const;
  const workloads = shapes.map(([cpu, memoryGiB], i) => ({
    name: `w${i}`,
    replicas: 6 * (count - 1),
    minimumPerSite: 0,
    cpu,
    memoryGiB,
  }));
  const sites = Array.from({ length: count }, (_, i): CapacitySite => {
    const perNode = resources({ cpuMillis: 3000 + i, memoryMiB: 12_000 + 10 * i, pods: 110 });
    return {
      name: `s${i}`,
      faultDomain: `d${i}`,
      nodeGroups: [{ pool: "apps", count: 6, perNode, machineType: "m" }],
    };
  });
  return { sites, demand: { workloads }, tolerate: 1, faultDomain: "region" };
}

/** The verdict of a fleet that holds, with one and two losses, and of one that lacks nodes and is given a fix. */
export async function run(): Promise<Figure[]> {
  return [
    figure("verdict of 255 different sites, k = 1", manySites(1, 4)),
    figure("verdict of 255 different sites, k = 2", manySites(2, 4)),
    figure("verdict and fix of 255 different sites, k = 1", manySites(1, 2)),
    figure("verdict of 3 small sites, orders searched", smallSites(3)),
    figure("verdict of 255 small sites", smallSites(255)),
  ];
}

function figure(name: string, input: CapacityInput): Figure {
  let verdict = "";
  const times = timesOf(RUNS, () => {
    verdict = capacityVerdict(input).verdict;
  });
  const [cold = 0] = times;
  return {
    name,
    unit: "ms",
    value: Math.round(median(times) * 10) / 10,
    note: `${verdict}; median of ${RUNS}, the first ${Math.round(cold)}`,
  };
}
