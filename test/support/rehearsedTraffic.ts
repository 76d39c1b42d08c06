import assert from "node:assert/strict";
import { join } from "node:path";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { FleetPlan } from "../../lib/plan/plan";
import type { FleetSpec } from "../../lib/plan/spec";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession, type ResourceView } from "../../rehearsal/engine";
import { type Authority, authorities, sitesAddresses } from "../../rehearsal/traffic";

const PROGRAMS = join(__dirname, "../programs");

/** A program of test/programs/traffic, rehearsed. */
export interface Rehearsed {
  readonly plan: FleetPlan;
  readonly services: readonly Authority[];
  /** Public addresses by site. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly siteOf: (address: string) => string;
  readonly resources: readonly ResourceView[];
  /** What a second run on the same state did, other than nothing. */
  readonly again: readonly string[];
}

/** The program's records, as simulated clouds took them. */
export async function rehearsed(
  config: Record<string, string>,
  program: "traffic" | "fronted" = "traffic",
): Promise<Rehearsed> {
  const projectDir = join(PROGRAMS, program);
  const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
  const session = await openSession({ projectDir, sources, config });
  try {
    const { exit, resources, diagnostics } = await session.up();
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    const { steps } = program === "fronted" ? await session.up() : { steps: [] };
    const again = steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn}`);
    const declared = resources.find((one) => one.type === "multisite:index:Fleet");
    const plan = fleetPlan(declared?.inputs.spec as FleetSpec);
    assert.ok(plan.traffic !== undefined);
    const addresses = sitesAddresses(plan.traffic, resources);
    return { plan, services: authorities(resources), addresses, siteOf: owners(addresses), resources, again };
  } finally {
    await session.close();
  }
}

/** Whose address it is. */
function owners(addresses: Rehearsed["addresses"]): (address: string) => string {
  const owner = new Map([...addresses].flatMap(([site, all]) => all.map((address) => [address, site] as const)));
  return (address) => owner.get(address) ?? `nobody's "${address}"`;
}
