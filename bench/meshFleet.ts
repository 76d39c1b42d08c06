import type { FleetSpec, SiteSpec } from "../lib";
import { recordFleet } from "../test/support/clouds";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../test/support/specs";
import { type Figure, median } from "./support/figures";

const RUNS = 3;
const FEW = 9;
const MANY = 48;

const KINDS = [
  { make: eksSite, regions: ["eu-central-1", "eu-west-1", "eu-north-1", "us-east-1"] },
  { make: gkeSite, regions: ["europe-west1", "europe-west4", "us-central1"] },
  { make: aksSite, regions: ["westeurope", "northeurope", "eastus"] },
] as const;

/** Sites on three clouds, the same number on each, over the regions of each. */
function sites(count: number): SiteSpec[] {
  return Array.from({ length: count }, (_, i) => {
    const { make, regions } = KINDS[i % KINDS.length]!;
    const region = regions[Math.floor(i / KINDS.length) % regions.length]!;
    return make(`site-${i + 1}`, i + 1, { region });
  });
}

/**
 * What a site costs in a meshed fleet over three clouds, in resources and in CPU time of a run, in a large fleet beside a
 * small one, where links already go by hubs. Every site has all others as its peers, so that what is quadratic shows.
 */
export async function run(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [word, underlay] of [
    ["", undefined],
    [", linked by hubs", {}],
  ] as const) {
    await measured(FEW, underlay);
    const few: Measured[] = [];
    const many: Measured[] = [];
    for (let count = 0; count < RUNS; count++) {
      few.push(await measured(FEW, underlay));
      many.push(await measured(MANY, underlay));
    }
    for (const [of, unit] of [
      ["resources", ""],
      ["milliseconds", " ms of CPU time"],
    ] as const) {
      const [small, large] = [few, many].map((all) => median(all.map((one) => one[of]))) as [number, number];
      figures.push({
        name: `${unit === "" ? "resources" : "CPU time"} a meshed site at ${MANY} sites, over ${FEW}${word}`,
        unit: "x",
        value: Number((large / small).toFixed(2)),
        limit: 1.1,
        note: `median of ${RUNS} in turns, ${Math.round(large)} and ${Math.round(small)}${unit} a site`,
      });
    }
  }
  return figures;
}

interface Measured {
  /** Of one site. */
  readonly resources: number;
  readonly milliseconds: number;
}

async function measured(count: number, underlay: FleetSpec["underlay"]): Promise<Measured> {
  const demand = { cpu: 10, memoryGiB: 30, pods: 100 };
  const spec = fleetSpec(sites(count), { mesh: { withdrawer: {} }, demand, ...(underlay && { underlay }) });
  const pair = { certificate: "certificate", key: "key" };
  const all = { server: pair, admin: pair, remote: pair, local: pair, roots: "roots" };
  const meshCredentials = Object.fromEntries(spec.sites.map(({ name }) => [name, all]));
  const begun = process.cpuUsage();
  const graph = await recordFleet(spec, {}, { meshCredentials, ...(underlay && { tunnelSecret: "0".repeat(32) }) });
  const { user, system } = process.cpuUsage(begun);
  return { resources: graph.resources.length / count, milliseconds: (user + system) / 1000 / count };
}
