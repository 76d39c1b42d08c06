/**
 * What the components cost beside the resources that they make: the same EKS sites as a fleet, and as a flat program that
 * declares each resource by hand with the SDKs' classes, in turns, against a monitor that answers at once. Planning and
 * the capacity verdict are part of the fleet's time. And what one more site costs in a large fleet, beside a small one.
 *
 * CPU time of a process of its own per run, modules loaded before: the machine's other work does not show in it.
 */
import { Fleet, type FleetSpec } from "../lib";
import { eks } from "../lib/aws";
import { type Graph, record } from "../test/support/graph";
import { eksSite } from "../test/support/specs";
import { flatProgram } from "./components/flat";
import { cpuTimed, inChild } from "./support/child";
import { median } from "./support/figures";

const RUNS = 5;
/** Sites of the fleet that warms a process up, and those by which a fleet grows where the growth is measured. */
const WARM = 5;
const STEP = 10;
const REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2", "ap-southeast-1"];

type Shape = "fleet" | "flat";

/** A fleet of `count` EKS sites over five regions, with a demand that it carries. */
function manySites(count: number): FleetSpec {
  const sites = Array.from({ length: count }, (_, i) =>
    eksSite(`site-${i + 1}`, i + 1, { region: REGIONS[i % REGIONS.length]! }),
  );
  return { demand: { cpu: 10, memoryGiB: 30, pods: 100 }, sites };
}

export async function run() {
  const turns = Array.from({ length: RUNS }, () => ({ fleet: measured("fleet", 10), flat: measured("flat", 10) }));
  const [fleet, flat] = [median(turns.map((one) => one.fleet)), median(turns.map((one) => one.flat))];
  const steps = Array.from({ length: RUNS }, () => ({ few: measured("step", 5), many: measured("step", 50) }));
  const [few, many] = [median(steps.map((one) => one.few)), median(steps.map((one) => one.many))];
  return [
    {
      name: "10 EKS sites as a fleet, over the same resources by hand",
      unit: "x",
      value: round(fleet / flat),
      limit: 1.1,
      note: `median of ${RUNS} in turns, ${Math.round(fleet)} ms and ${Math.round(flat)} ms of CPU time`,
    },
    {
      name: "one site more at 50 sites, over one more at 5",
      unit: "x",
      value: round(many / few),
      limit: 1.1,
      note: `median of ${RUNS} in turns, ${Math.round(many)} ms and ${Math.round(few)} ms of CPU time a site`,
    },
  ];
}

/** What is measured: a whole program of either shape, or one site more in a fleet. */
type Measure = Shape | "step";

/** CPU milliseconds, measured in a process of its own. */
function measured(measure: Measure, sites: number): number {
  return inChild<number>(__filename, measure, sites);
}

async function measureHere(measure: Measure, sites: number): Promise<number> {
  // The SDK takes a stack trace for every promise; mapping each to the TypeScript sources would be most of the time.
  process.setSourceMapsEnabled(false);
  const fleetOf = (count: number) => () => void new Fleet("shop", { spec: manySites(count), kinds: [eks] });
  // Loads every module and the catalogue of machines, alike for whatever is measured.
  const graph = await record(fleetOf(measure === "flat" ? sites : WARM));
  if (measure === "step") {
    const less = await timed(fleetOf(sites), graph, sites / WARM);
    return ((await timed(fleetOf(sites + STEP), graph, (sites + STEP) / WARM)) - less) / STEP;
  }
  if (measure === "fleet") return timed(fleetOf(sites), graph, sites / WARM);
  const flat = new Function("require", flatProgram(graph));
  return timed(() => flat(require), graph, 1);
}

/** CPU milliseconds of a program, which must make `times` the resources of `like`: whatever is left out costs nothing. */
async function timed(program: () => void, like: Graph, times: number): Promise<number> {
  const { milliseconds, given } = await cpuTimed(() => record(program));
  const made = customs(given);
  if (made !== customs(like) * times) throw new Error(`made ${made} resources, not ${customs(like)} x ${times}`);
  return milliseconds;
}

function customs({ resources }: Graph): number {
  return resources.filter(({ custom }) => custom).length;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const [, , measure, sites] = process.argv;
if (require.main === module && (measure === "fleet" || measure === "flat" || measure === "step")) {
  void measureHere(measure, Number(sites)).then((milliseconds) => process.stdout.write(String(milliseconds)));
}
