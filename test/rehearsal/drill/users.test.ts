import assert from "node:assert/strict";
import { before, describe, it, type TestContext } from "node:test";
import type { TrafficPlan } from "../../../lib/plan/routing/plan";
import { Checkers } from "../../../rehearsal/drill/users/checkers";
import { UsersInALoss } from "../../../rehearsal/drill/users/loss";
import { Population } from "../../../rehearsal/drill/users/population";
import { SiteServer } from "../../../rehearsal/drill/users/siteServer";
import { User } from "../../../rehearsal/drill/users/user";
import type { Authority } from "../../../rehearsal/traffic";
import { Interrupted } from "../../../rehearsal/userError";
import { type Rehearsed, rehearsed } from "../../support/rehearsedTraffic";

const quiet = () => {};

/** One loss from before to after, with real servers. */
async function lost(users: Population, sites: readonly string[]) {
  const loss = new UsersInALoss(users, sites, quiet);
  await loss.before();
  await loss.kill();
  await loss.lost();
  await loss.back();
  return loss.met();
}

describe("users of a fleet whose sites are killed", () => {
  let fleet: Rehearsed;
  let plan: TrafficPlan;
  before(async () => {
    fleet = await rehearsed({});
    plan = fleet.plan.traffic as TrafficPlan;
  });

  async function population(t: TestContext, services: readonly Authority[], signal?: AbortSignal) {
    const users = await Population.open(plan, services, fleet.resources, signal);
    t.after(() => users.close());
    return users;
  }

  it("meet errors at most until the predicted time, and find every site again", async (t) => {
    const users = await population(t, fleet.services);
    const met = await lost(users, ["frankfurt", "virginia"]);
    assert.ok(met.errors > 0, "a killed server answers nobody");
    assert.ok(met.lastErrorSeconds !== null && met.lastErrorSeconds <= plan.failoverSeconds, `${met.lastErrorSeconds}`);
    assert.deepEqual([met.otherErrors, met.servedDrained, met.held], [0, 0, true]);
    assert.deepEqual(Object.keys(met.served).sort(), ["amsterdam", "belgium", "cellar"]);
    const all = await users.pass(60);
    assert.equal(all.errors, 0);
    assert.equal(Object.keys(all.served).length, 5);
  });

  it("are met by the same in every run", async (t) => {
    const [first, second] = [await population(t, fleet.services), await population(t, fleet.services)];
    await Promise.all([first.kill(["cellar"]), second.kill(["cellar"])]);
    assert.deepEqual(await first.pass(40), await second.pass(40));
  });

  it("show a service that fails nobody over", async (t) => {
    const blind = fleet.services.map(
      (one): Authority => ({ ...one, answer: (name, client) => one.answer(name, client, () => true) }),
    );
    const met = await lost(await population(t, blind), ["frankfurt"]);
    assert.ok((met.lastErrorSeconds ?? 0) > plan.failoverSeconds);
    assert.equal(met.held, false);
    assert.ok(met.servedDrained > 0, "who does not look leads users to a drained site too");
  });

  it("end when the drill is interrupted", async (t) => {
    const users = await population(t, fleet.services, AbortSignal.abort());
    await assert.rejects(users.pass(10), Interrupted);
  });
});

describe("a resolver", () => {
  it("keeps an answer for its TTL, and no longer", () => {
    let asked = 0;
    const authority: Authority = {
      service: "route53",
      answer: () => ({ addresses: [`203.0.113.${++asked}`], ttlSeconds: 30 }),
    };
    const services = [{ authority, health: () => () => true }];
    const user = new User({ latitude: 0, longitude: 0, seed: 1 }, 5);
    const at = (second: number) => user.request("shop.example.com", second, services)[0];
    assert.equal(at(100), "203.0.113.1");
    assert.equal(at(129), "203.0.113.1");
    assert.equal(at(130), "203.0.113.2");
    assert.equal(user.due, 135);
  });
});

describe("health checks", () => {
  it("change their mind after as many answers in a row as the service wants, one each interval", async () => {
    let isUp = true;
    let probes = 0;
    const probe = async () => {
      probes++;
      return isUp;
    };
    const checkers = new Checkers({ intervalSeconds: 10, failures: 3 }, ["203.0.113.1"], probe, () => 0);
    const until = async (from: number, to: number) => {
      for (let second = from; second < to; second++) await checkers.at(second);
      return checkers.health("203.0.113.1");
    };
    assert.equal(await until(0, 31), true);
    assert.equal(probes, 4);
    isUp = false;
    assert.equal(await until(31, 60), true);
    isUp = true;
    assert.equal(await until(60, 61), true, "one good answer begins the count anew");
    isUp = false;
    assert.equal(await until(61, 90), true);
    assert.equal(await until(90, 91), false);
    isUp = true;
    assert.equal(await until(91, 120), false);
    assert.equal(await until(120, 121), true);
  });
});

describe("a site's server", () => {
  it("answers its readiness while it serves, and comes back where it was", async (t) => {
    const first = await SiteServer.start("oslo", "/readyz");
    t.after(() => first.kill());
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${first.port}${path}`)).status;
    assert.deepEqual([await status("/readyz"), await status("/")], [200, 200]);
    await first.drain();
    assert.deepEqual([await status("/readyz"), await status("/")], [503, 200]);
    await first.serve();
    assert.equal(await status("/readyz"), 200);
    await first.kill();
    await assert.rejects(status("/"));
    const again = await SiteServer.start("oslo", "/readyz", first.port);
    t.after(() => again.kill());
    assert.equal(await status("/readyz"), 200);
    await assert.rejects(SiteServer.start("oslo", "/readyz", first.port), /site oslo did not start on port/);
    const killing = again.kill();
    await assert.rejects(again.drain(), /The HTTP server of site oslo was ended from outside/);
    await killing;
    await assert.rejects(again.serve(), /The HTTP server of site oslo was ended from outside/);
  });
});
