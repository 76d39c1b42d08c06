import type { SiteSpec } from "../lib";
import { recordFleet } from "../test/support/clouds";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../test/support/specs";
import { cpuTimed, inChild } from "./support/child";
import { type Figure, median } from "./support/figures";

const RUNS = 5;
/** Sites of a small fleet, by which fleets grow here as well; links already go by hubs. */
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
 * What one site more costs in a meshed fleet over three clouds, in resources and in CPU time, in a large fleet beside a small
 * one. Every site has all others as its peers, so that what is quadratic shows. Each run is a process of its own, as in
 * `components`, whose limit this is.
 */
export async function run(): Promise<Figure[]> {
  return [false, true].flatMap((isLinked) => {
    const turns = Array.from({ length: RUNS }, () =>
      [FEW, MANY].map((count) => inChild<Cost>(__filename, count, isLinked)),
    );
    return (["resources", "milliseconds"] as const).map((of): Figure => {
      const [few, many] = [0, 1].map((at) => median(turns.map((one) => one[at]![of]))) as [number, number];
      const [word, unit] = of === "resources" ? ["resources", ""] : ["CPU time", " ms"];
      return {
        name: `${word} of one meshed site more at ${MANY} sites, over one more at ${FEW}${isLinked ? ", linked by hubs" : ""}`,
        unit: "x",
        value: Number((many / few).toFixed(2)),
        limit: 1.1,
        note: `median of ${RUNS} in turns, ${Math.round(many)}${unit} and ${Math.round(few)}${unit} a site`,
      };
    });
  });
}

interface Cost {
  readonly resources: number;
  readonly milliseconds: number;
}

/** What one site more costs. */
async function measureHere(count: number, isLinked: boolean): Promise<Cost> {
  // Mapping the SDK's stacks to TypeScript would be most of the time.
  process.setSourceMapsEnabled(false);
  await built(FEW, isLinked);
  const less = await built(count, isLinked);
  const more = await built(count + FEW, isLinked);
  return {
    resources: (more.resources - less.resources) / FEW,
    milliseconds: (more.milliseconds - less.milliseconds) / FEW,
  };
}

async function built(count: number, isLinked: boolean): Promise<Cost> {
  const demand = { cpu: 10, memoryGiB: 30, pods: 100 };
  const spec = fleetSpec(sites(count), { mesh: { withdrawer: {} }, demand, ...(isLinked && { underlay: {} }) });
  const pair = { certificate: "certificate", key: "key" };
  const all = { server: pair, admin: pair, remote: pair, local: pair, roots: "roots" };
  const meshCredentials = Object.fromEntries(spec.sites.map(({ name }) => [name, all]));
  const { milliseconds, given } = await cpuTimed(() =>
    recordFleet(spec, {}, { meshCredentials, ...(isLinked && { tunnelSecret: "0".repeat(32) }) }),
  );
  return { resources: given.resources.length, milliseconds };
}

const [, , count, isLinked] = process.argv;
if (require.main === module && count !== undefined) {
  void measureHere(Number(count), isLinked === "true").then((cost) => process.stdout.write(JSON.stringify(cost)));
}
