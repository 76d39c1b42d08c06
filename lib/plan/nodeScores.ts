/**
 * Points that a node may score below the best and still count as one that the scheduler may choose: scores go up to 400 here, and
 * differ a little from these, as pods of the system are counted in them.
 */
const NEARLY_BEST = 5;

/** Nodes alike of which one may get a pod. */
export interface Scored {
  readonly many: number;
  readonly zone: number;
  /** Pods of the workload that each of these nodes has. */
  readonly has: number;
  /** What it scores by its room alone, with the pod. */
  readonly score: number;
}

/** Skews of a topology spread over host names and over zones, where there is one. */
interface Skews {
  readonly hosts?: number;
  readonly zones?: number;
}

/** How pods that say nothing of it are spread: by the cluster's default constraints, or by those that FleetWorkload gives them. */
const SPREADS: readonly Skews[] = [
  { hosts: 3, zones: 5 },
  { hosts: 1, zones: 1 },
];

/** The same of pods with a spread over hosts that must hold: no cluster adds one to that, FleetWorkload that over zones. */
const SPREADS_OF_EVEN: readonly Skews[] = [{}, { zones: 1 }];

/**
 * Those that the scheduler may choose, by its default scores and with either spread.
 * @param inZones pods of the workload that each zone has
 * @param isEven whether its pods have a spread over hosts that must hold
 */
export function nearlyBest<T extends Scored>(choices: readonly T[], inZones: readonly number[], isEven: boolean): T[] {
  const marks = new Uint8Array(choices.length);
  for (const skews of isEven ? SPREADS_OF_EVEN : SPREADS) markNearlyBest(marks, choices, inZones, skews);
  return choices.filter((_, i) => marks[i] === 1);
}

/**
 * Marks the choices that score nearly best by room and twice what PodTopologySpread gives. Written out, as it is most of what a
 * search does. Source: kubernetes/pkg/scheduler/framework/plugins/podtopologyspread, v1.35.
 */
function markNearlyBest(
  marks: Uint8Array,
  choices: readonly Scored[],
  inZones: readonly number[],
  { hosts, zones }: Skews,
): void {
  const hostWeight = hosts === undefined ? 0 : weightOf(countNodes(choices));
  const zoneWeight = zones === undefined ? 0 : weightOf(countZones(choices, inZones));
  const base = (hosts ?? 1) - 1 + (zones ?? 1) - 1;
  const scores = new Float64Array(choices.length);
  let [most, fewest] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < choices.length; i++) {
    const { has, zone } = choices[i] as Scored;
    const crowd = Math.round(has * hostWeight + (inZones[zone] as number) * zoneWeight + base);
    scores[i] = crowd;
    if (crowd > most) most = crowd;
    if (crowd < fewest) fewest = crowd;
  }
  let highest = 0;
  for (let i = 0; i < choices.length; i++) {
    const spread = most === 0 ? 0 : 2 * Math.floor((100 * (most + fewest - (scores[i] as number))) / most);
    const score = (choices[i] as Scored).score + spread;
    scores[i] = score;
    if (score > highest) highest = score;
  }
  for (let i = 0; i < choices.length; i++) if ((scores[i] as number) >= highest - NEARLY_BEST) marks[i] = 1;
}

function countNodes(choices: readonly Scored[]): number {
  let nodes = 0;
  for (const { many } of choices) nodes += many;
  return nodes;
}

function countZones(choices: readonly Scored[], inZones: readonly number[]): number {
  return inZones.length === 1 ? 1 : new Set(choices.map(({ zone }) => zone)).size;
}

/** What a pod in one of so many hosts or zones weighs. */
function weightOf(domains: number): number {
  return Math.log(domains + 2);
}
