/**
 * Times the underlay of a fleet of 255 sites on three clouds, and counts what it makes at 24 and at 240 sites: planning is
 * all that happens before anything exists, and what is planned must grow with the sites, not with their pairs.
 */
import { blockPool } from "../lib/plan/addresses";
import { fleetPlan } from "../lib/plan/fleetPlan";
import type { FleetSpec } from "../lib/plan/spec";
import { type UnderlayPlan, underlayPlan } from "../lib/plan/underlay";
import { manySites } from "./plan";
import { type Figure, median, timesOf } from "./support/figures";

const RUNS = 9;
const SITES = 255;

const HUBS = {
  aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }],
  gcp: [{ region: "europe-west1" }, { region: "europe-west4" }],
  azure: [{ region: "westeurope" }, { region: "northeurope" }],
};

function fleet(count: number): FleetSpec {
  return { ...manySites(count, 1), underlay: { topology: "hubs", hubs: HUBS } };
}

/** What clouds are asked to make: attachments, gateways and tunnels. */
function made({ attachments, gateways, links }: UnderlayPlan): number {
  return attachments.length + gateways.length + links.reduce((sum, link) => sum + link.tunnels.length, 0);
}

export async function run(): Promise<Figure[]> {
  const { sites, spec } = fleetPlan(fleet(SITES));
  const underlay = spec.underlay ?? {};
  const times = timesOf(RUNS, () => underlayPlan(sites, underlay, 0, blockPool(spec.addresses)));
  const [cold = 0] = times;
  const [few, many] = [24, 240].map((count) => fleetPlan(fleet(count)).underlay);
  const growth = few && many ? (made(many) - made(few)) / (240 - 24) : Number.NaN;
  return [
    {
      name: `underlay of ${SITES} sites`,
      unit: "ms",
      value: Number(median(times).toFixed(1)),
      limit: 200,
      note: `median of ${RUNS}, the first ${cold.toFixed(0)}`,
    },
    {
      name: "attachments, gateways and tunnels that a further site brings",
      unit: "x",
      value: growth,
      limit: 1,
      note: "from 24 to 240 sites on three clouds",
    },
  ];
}
