import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { received } from "../../../lib/plan/routing/received";
import type { Authority } from "../../../rehearsal/traffic";
import { asking, choice, measured, type Person, people } from "../../support/population";
import { type Rehearsed, rehearsed } from "../../support/rehearsedTraffic";

const DOMAIN = "shop.example.com";
/** One point: a part of all users. */
const POINT = 0.01;

/** The fleet with every site active, once for all tests. */
let fleet: Rehearsed;

describe("ten thousand users around the world", () => {
  const population = people(10_000, 7);
  const some = people(1_000, 5);
  before(async () => {
    fleet = await rehearsed({});
  });

  const serving = () => (fleet.plan.traffic?.sites ?? []).filter((site) => site.serves).map((site) => site.name);
  const sharesOf = (service: string) => {
    const found = fleet.plan.capacity.routing?.services.find((one) => one.service === service);
    assert.ok(found !== undefined);
    return found;
  };

  it("are answered by every service, each with sites that are there", () => {
    assert.deepEqual(
      fleet.services.map((one) => one.service),
      ["route53", "cloudDns", "trafficManager"],
    );
    for (const authority of fleet.services) {
      const parts = measured(authority, DOMAIN, population, () => true, fleet.siteOf);
      for (const site of parts.keys()) assert.ok(serving().includes(site), `${authority.service} leads to ${site}`);
      assert.ok(parts.size > 1, authority.service);
      assert.ok((parts.get("virginia") ?? 0) > 0.1, "America goes to America");
    }
  });

  it("go, when any one site or any two are lost, where the plan says, within a point", () => {
    const sites = serving();
    const pairs = sites.flatMap((a, i) => sites.slice(i + 1).map((b) => [a, b]));
    for (const authority of fleet.services) {
      const well = () => true;
      const before = measured(authority, DOMAIN, population, well, fleet.siteOf);
      for (const lost of [...sites.map((one) => [one]), ...pairs]) {
        const health = (address: string) => !lost.includes(fleet.siteOf(address));
        const parts = measured(authority, DOMAIN, population, health, fleet.siteOf);
        const gone = lost.reduce((sum, site) => sum + (before.get(site) ?? 0), 0);
        const shares = received(sharesOf(authority.service), lost);
        for (const site of sites) {
          const planned = lost.includes(site) ? 0 : (before.get(site) ?? 0) + gone * (shares[site] ?? 0);
          const difference = Math.abs((parts.get(site) ?? 0) - planned);
          const what = `${authority.service} without ${lost.join(" and ")}: ${site} gets ${parts.get(site)}, planned ${planned}`;
          assert.ok(difference <= POINT, what);
        }
      }
    }
  });

  it("go, with any one service gone besides, where those that are left would send them, within a point", () => {
    const sites = serving();
    const well = () => true;
    // Which service each asks is chance as well, so there are more of them than a point allows for.
    const population = people(40_000, 7);
    const before = new Map(fleet.services.map((one) => [one, measured(one, DOMAIN, population, well, fleet.siteOf)]));
    const planned = (authority: Authority, lost: string, site: string) => {
      const usual = before.get(authority);
      const handed = (usual?.get(lost) ?? 0) * (received(sharesOf(authority.service), [lost])[site] ?? 0);
      return site === lost ? 0 : (usual?.get(site) ?? 0) + handed;
    };
    for (const out of fleet.services) {
      const left = fleet.services.filter((one) => one !== out);
      // Each resolver asks whichever of those that answer, another one each time.
      const any: Authority = {
        ...(left[0] as Authority),
        answer: (name, client, health) => left[Math.floor(client.chance() * left.length)]?.answer(name, client, health),
      };
      for (const lost of sites) {
        const health = (address: string) => fleet.siteOf(address) !== lost;
        const parts = measured(any, DOMAIN, population, health, fleet.siteOf);
        for (const site of sites) {
          const mean = left.reduce((sum, one) => sum + planned(one, lost, site), 0) / left.length;
          const what = `without ${out.service} and ${lost}: ${site} gets ${parts.get(site)}, planned ${mean}`;
          assert.ok(Math.abs((parts.get(site) ?? 0) - mean) <= POINT, what);
        }
      }
    }
  });

  it("are sent to no dead site once detection and TTL have passed, and to some before", () => {
    for (const authority of fleet.services) {
      const time = fleet.plan.traffic?.services.find((one) => one.service === authority.service)?.time;
      assert.ok(time !== undefined);
      for (const lost of serving()) {
        const toTheDead = (at: number): number =>
          deadAnswers(authority, fleet, some, { lost, at, detected: time.detectionSeconds });
        assert.ok(toTheDead(1) > 0, `${authority.service} sends some to ${lost} at first`);
        assert.equal(toTheDead(time.totalSeconds), 0, `${authority.service} still sends users to ${lost}`);
      }
    }
  });

  it("still get an answer when everything looks dead", () => {
    for (const authority of fleet.services) {
      const answer = authority.answer(DOMAIN, asking(population[0] as Person), () => false);
      assert.ok((answer?.addresses.length ?? 0) > 0, authority.service);
    }
  });
});

interface Loss {
  readonly lost: string;
  /** Seconds after the loss. */
  readonly at: number;
  readonly detected: number;
}

/** Users who hold an answer of the dead site at a time: each asked at its own moment within the TTL before. */
function deadAnswers(
  authority: Authority,
  { siteOf }: Rehearsed,
  of: readonly Person[],
  { lost, at, detected }: Loss,
): number {
  const healthy = () => true;
  const detects = (address: string) => siteOf(address) !== lost;
  let dead = 0;
  for (const person of of) {
    const client = asking(person);
    const { ttlSeconds = 0 } = authority.answer(DOMAIN, client, healthy) ?? {};
    const asked = at - client.chance() * ttlSeconds;
    const health = asked < detected ? healthy : detects;
    if (siteOf(choice(authority.answer(DOMAIN, client, health), client)) === lost) dead += 1;
  }
  return dead;
}

describe("a drained site", () => {
  let drained: Rehearsed;
  before(async () => {
    drained = await rehearsed({ drained: "frankfurt" });
  });

  it("gets nobody, and its users go to all the others by the plan's weights", () => {
    const population = people(10_000, 11);
    for (const authority of drained.services) {
      const normal = fleet.services.find((one) => one.service === authority.service) as Authority;
      const before = measured(normal, DOMAIN, population, () => true, fleet.siteOf);
      const parts = measured(authority, DOMAIN, population, () => true, drained.siteOf);
      assert.ok(!parts.has("frankfurt"), authority.service);
      const shares = drained.plan.capacity.routing?.services.find((one) => one.service === authority.service);
      assert.ok(shares !== undefined);
      const gone = before.get("frankfurt") ?? 0;
      for (const [site, part] of Object.entries(received(shares, []))) {
        const planned = (before.get(site) ?? 0) + gone * part;
        assert.ok(
          Math.abs((parts.get(site) ?? 0) - planned) <= POINT,
          `${authority.service}: ${site} ${parts.get(site)} for ${planned}`,
        );
      }
    }
  });
});

describe("nearest only", () => {
  it("gives a dead site's users to their next nearest ones", async () => {
    const { services, siteOf, plan } = await rehearsed({ failover: "nearest" });
    const population = people(5_000, 3);
    for (const authority of services) {
      const parts = measured(authority, DOMAIN, population, (address) => siteOf(address) !== "virginia", siteOf);
      assert.ok(!parts.has("virginia"), authority.service);
    }
    assert.ok(plan.traffic?.services.every((one) => one.service !== "route53" || one.records.length === 5));
  });
});
