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

type Program = "traffic" | "fronted";

/** What was rehearsed in this process, by program and configuration. */
const done = new Map<string, Promise<Rehearsed>>();

/**
 * The program's records, as simulated clouds took them.
 * @param isTwice whether it runs once more on the state that it left
 */
export function rehearsed(
  config: Record<string, string>,
  program: Program = "traffic",
  isTwice = program === "fronted",
): Promise<Rehearsed> {
  const key = JSON.stringify([config, program, isTwice]);
  const found = done.get(key) ?? rehearse(config, program, isTwice);
  done.set(key, found);
  return found;
}

async function rehearse(config: Record<string, string>, program: Program, isTwice: boolean): Promise<Rehearsed> {
  const projectDir = join(PROGRAMS, program);
  const sources = [simulatedClouds({ moduleRoots: [projectDir] })];
  const session = await openSession({ projectDir, sources, config });
  try {
    const { exit, resources, diagnostics } = await session.up();
    assert.equal(exit, 0, JSON.stringify(diagnostics));
    const { steps } = isTwice ? await session.up() : { steps: [] };
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
