import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { FleetPlan } from "../../../lib/plan/plan";
import type { ServicePlan } from "../../../lib/plan/routing/plan";
import type { TrafficSpec } from "../../../lib/plan/routing/spec";
import type { FleetSpec, SiteSpec, SiteState } from "../../../lib/plan/spec";
import { resolverOf } from "../../support/resolvers";
import { existingSite } from "../../support/specs";
import { CLOUD_DNS, ROUTE53, TRAFFIC_MANAGER, traffic } from "../../support/traffic";

const FRANKFURT = { latitude: 50.1, longitude: 8.7 };
/** Of the same regions as Frankfurt. */
const MAINZ = { latitude: 50, longitude: 8.3 };
const PLACES = [FRANKFURT, MAINZ, { latitude: 41, longitude: -93 }, { latitude: 1.3, longitude: 103.8 }];

/** A site of so many cores. */
interface Drawn {
  readonly cpu: number;
  readonly coordinates: { readonly latitude: number; readonly longitude: number };
  readonly state: SiteState;
  /** Users near it, in any unit. */
  readonly users: number;
  readonly faultDomain: string | undefined;
}

const drawnSite: fc.Arbitrary<Drawn> = fc.record({
  cpu: fc.integer({ min: 2, max: 24 }),
  coordinates: fc.constantFrom(...PLACES),
  state: fc.constantFrom<SiteState[]>("active", "active", "active", "drained", "lost", "leaving", "joining"),
  users: fc.nat({ max: 10 }),
  faultDomain: fc.option(fc.constantFrom("d0", "d1"), { nil: undefined, freq: 3 }),
});

/** Fleets before all DNS services, of which two sites at least are active. */
const fleets: fc.Arbitrary<FleetSpec> = fc
  .record({
    sites: fc.array(drawnSite, { minLength: 2, maxLength: 7 }),
    demand: fc.integer({ min: 5, max: 40 }),
    tolerate: fc.integer({ min: 1, max: 2 }),
    isMeasured: fc.boolean(),
    failover: fc.constantFrom("spread" as const, "nearest" as const),
  })
  .map(({ sites, demand, tolerate, isMeasured, failover }) => {
    const all = sites.map((one, i) => ({ ...one, name: `s${i}`, ...(i < 2 && { state: "active" as const }) }));
    return {
      demand: { cpu: demand },
      tolerate,
      ...(all.some(({ state }) => state === "lost") && { degradedUntil: "2026-12-31" }),
      sites: all.map(({ name, cpu, state, coordinates, faultDomain }, i) =>
        existingSite(name, i + 1, {
          ...{ state, coordinates, endpoints: { ingress: [`203.0.113.${i + 1}`] } },
          ...(faultDomain !== undefined && { faultDomain }),
          allocatable: { cpu, memoryGiB: cpu * 4, pods: cpu * 20, nodes: cpu, verifiedAt: "2026-11-01" },
          cidrs: {
            nodes: [`192.168.${i + 1}.0/24`],
            pods: [`10.${i + 1}.128.0/17`],
            services: [`10.${i + 1}.64.0/18`],
          },
        }),
      ),
      traffic: traffic({
        ...{ providers: [ROUTE53, CLOUD_DNS, TRAFFIC_MANAGER], failover },
        ...(isMeasured && { users: measuredUsers(all) }),
      }),
    };
  });

function measuredUsers(sites: readonly (Drawn & { readonly name: string })[]): Record<string, number> {
  const known = sites.filter(({ state }) => state !== "joining");
  const all = known.reduce((sum, { users }) => sum + users, 0);
  return Object.fromEntries(known.map(({ name, users }) => [name, all > 0 ? users / all : 1 / known.length]));
}

/**
 * The most that a service brings each site that is alive: all users who find nothing near them come to its place, since
 * nobody knows which is their next nearest.
 */
function mostBrought(plan: FleetPlan, service: ServicePlan, alive: ReadonlySet<string>): Map<string, number> {
  const { domain = "", sites = [] } = plan.traffic ?? {};
  const { answer, placeOf } = resolverOf(domain, service);
  const near = new Map<string, number>();
  for (const one of sites)
    near.set(placeOf(one), (near.get(placeOf(one)) ?? 0) + (plan.capacity.routing?.users[one.name] ?? 0));
  const answers = [...near].map(([place, users]) => ({ users, parts: answer(place, alive) }));
  const wandering = answers.reduce((sum, { users, parts }) => sum + (parts === undefined ? users : 0), 0);
  const brought = new Map<string, number>();
  for (const { users, parts } of answers)
    for (const [site, part] of parts ?? []) brought.set(site, (brought.get(site) ?? 0) + users * part);
  const comes = (site: string) => Math.max(0, ...answers.map(({ parts }) => parts?.get(site) ?? 0));
  return new Map([...brought].map(([site, users]) => [site, users + wandering * comes(site)]));
}

/** All sets of at most `count` of some things. */
function setsOf<T>(things: readonly T[], count: number): T[][] {
  if (count === 0) return [[]];
  const beside = (i: number) => setsOf(things.slice(i + 1), count - 1);
  return [[], ...things.flatMap((thing, i) => beside(i).map((rest) => [thing, ...rest]))];
}

describe("users of whom nobody says where they are", () => {
  it("stay where they are when a site is drained, leaves or is lost, and are all with some site that the services know", () => {
    fc.assert(
      fc.property(fleets, (spec) => {
        const { users: _, ...unmeasured } = spec.traffic as TrafficSpec;
        const sites = spec.sites.filter(({ state }) => state !== "joining");
        const usersOf = (of: SiteSpec[]) => {
          const { routing } = fleetPlan({ ...spec, sites: of, traffic: unmeasured }).capacity;
          return routing?.users ?? {};
        };
        const users = usersOf(sites);
        assert.ok(Math.abs(Object.values(users).reduce((all, part) => all + part, 0) - 1) < 1e-9);
        assert.deepEqual(users, usersOf(sites.map((site) => ({ ...site, state: "active" }))));
      }),
    );
  });

  it("go from a drained site by the shares that it would have died with", () => {
    const site = (name: string, number: number, cpu: number, state: SiteState) =>
      existingSite(name, number, {
        ...{ state, coordinates: { latitude: 10 * number, longitude: 30 * number } },
        endpoints: { ingress: [`203.0.113.${number}`] },
        allocatable: { cpu, memoryGiB: cpu * 4, pods: cpu * 20, nodes: cpu / 2, verifiedAt: "2026-11-01" },
        cidrs: {
          nodes: [`192.168.${number}.0/24`],
          pods: [`10.${number}.128.0/17`],
          services: [`10.${number}.64.0/18`],
        },
      });
    const placed = (state: SiteState) => {
      const { capacity } = fleetPlan({
        demand: { workloads: [{ name: "web", replicas: 40, cpu: 0.4, memoryGiB: 0.5 }] },
        sites: [site("big", 1, 20, state), site("twin", 2, 20, "active"), site("small", 3, 10, "active")],
        traffic: traffic({ providers: [CLOUD_DNS] }),
      });
      const small = capacity.placements.find((one) => one.site === "small");
      return [small?.share.toFixed(3), small?.worstShare.toFixed(3), small?.replicas.web];
    };
    assert.deepEqual(placed("active"), ["0.200", "0.400", 16]);
    assert.deepEqual(placed("drained"), ["0.400", "0.400", 16]);
  });
});

describe("the records that the services are told", () => {
  it("bring no site more than the verdict has it carry, before and after each loss", () => {
    fc.assert(
      fc.property(fleets, (spec) => {
        const plan = fleetPlan(spec);
        const { routing, tolerate } = plan.capacity;
        assert.ok(routing !== undefined);
        const domains = [...new Set(routing.sites.map(({ faultDomain }) => faultDomain))];
        for (const lost of setsOf(domains, tolerate)) {
          const left = routing.sites.filter(({ faultDomain }) => !lost.includes(faultDomain));
          const alive = new Set(left.map(({ site }) => site));
          for (const service of plan.traffic?.services ?? []) {
            const brought = mostBrought(plan, service, alive);
            for (const { site, worst } of left) {
              const what = `${service.service} without ${lost.join(" and ")}: ${brought.get(site)} to ${site}, not ${worst}`;
              assert.ok((brought.get(site) ?? 0) <= worst + 1e-8, what);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
