/**
 * What the components cost beside the resources that they make: the same EKS sites as a fleet, and as a flat program that
 * declares each resource by hand with the SDKs' classes, in turns, against a monitor that answers at once. Planning and
 * the capacity verdict are part of the fleet's time. And what one more site costs in a large fleet, beside a small one.
 *
 * CPU time of a process of its own per run, modules loaded before: the machine's other work does not show in it.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Fleet, type FleetSpec } from "../lib";
import { eks } from "../lib/aws";
import { type Graph, record } from "../test/support/graph";
import { eksSite } from "../test/support/specs";
import { flatProgram } from "./components/flat";

const RUNS = 5;
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
  const at50 = sample("fleet", 50);
  const figures = [];
  const turns = Array.from({ length: RUNS }, () => ({ fleet: sample("fleet", 10), flat: sample("flat", 10) }));
  const [fleet, flat] = [median(turns.map((one) => one.fleet)), median(turns.map((one) => one.flat))];
  figures.push({
    name: "10 EKS sites as a fleet, over the same resources by hand",
    unit: "x",
    value: round(fleet / flat),
    limit: 1.1,
    note: `median of ${RUNS} in turns, ${Math.round(fleet)} ms and ${Math.round(flat)} ms of CPU time`,
  });
  const steps = Array.from({ length: RUNS }, () => ({ few: marginal(5, 15), many: marginal(50, 60) }));
  const [few, many] = [median(steps.map((one) => one.few)), median(steps.map((one) => one.many))];
  figures.push({
    name: "one site more at 50 sites, over one more at 5",
    unit: "x",
    value: round(many / few),
    limit: 1.1,
    note: `median of ${RUNS}, ${round(many)} ms and ${round(few)} ms of CPU time a site; all 50 take ${Math.round(at50)} ms`,
  });
  return figures;
}

/** CPU milliseconds of one more site, between two sizes of fleet. */
function marginal(from: number, to: number): number {
  return (sample("fleet", to) - sample("fleet", from)) / (to - from);
}

/** CPU milliseconds that one program takes in a process of its own. */
function sample(shape: Shape, sites: number): number {
  const child = spawnSync(process.execPath, ["--import", "tsx", __filename, shape, String(sites)], {
    cwd: join(__dirname, ".."),
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return Number(child.stdout);
}

async function measureHere(shape: Shape, sites: number): Promise<number> {
  const fleet = () => void new Fleet("shop", { spec: manySites(sites), kinds: [eks] });
  // Loads every module and the catalogue of machines, for both shapes alike.
  const graph = await record(fleet);
  const flat = new Function("require", flatProgram(graph));
  const start = process.cpuUsage();
  const made = await record(shape === "fleet" ? fleet : () => flat(require));
  const { user, system } = process.cpuUsage(start);
  if (customs(made) !== customs(graph))
    throw new Error(`${shape} made ${customs(made)} of ${customs(graph)} resources`);
  return (user + system) / 1000;
}

function customs({ resources }: Graph): number {
  return resources.filter(({ custom }) => custom).length;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const [, , shape, sites] = process.argv;
if (require.main === module && (shape === "fleet" || shape === "flat")) {
  void measureHere(shape, Number(sites)).then((milliseconds) => process.stdout.write(String(milliseconds)));
}
