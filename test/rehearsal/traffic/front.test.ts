import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { TrafficPlan } from "../../../lib/plan/routing/plan";
import { simulatedClouds } from "../../../rehearsal/clouds";
import { UsersInALoss } from "../../../rehearsal/drill/users/loss";
import { Population } from "../../../rehearsal/drill/users/population";
import type { Health } from "../../../rehearsal/traffic";
import { type Front, frontOf } from "../../../rehearsal/traffic/front";
import { ROOT } from "../../support/multisite";
import { asking, people } from "../../support/population";
import { type Rehearsed, rehearsed } from "../../support/rehearsedTraffic";

const DOMAIN = "shop.example.com";
const population = people(20_000, 3);
const { fidelity } = simulatedClouds({ moduleRoots: [ROOT] });

const SECONDS = { globalAccelerator: 40, globalLoadBalancer: 15, frontDoor: 30 };

for (const service of ["globalAccelerator", "globalLoadBalancer", "frontDoor"] as const) {
  describe(`a fleet behind ${service}`, () => {
    let fleet: Rehearsed;
    let plan: TrafficPlan;
    let front: Front;
    before(async () => {
      fleet = await rehearsed({ front: service }, "fronted");
      plan = fleet.plan.traffic as TrafficPlan;
      front = frontOf(fleet.resources) as Front;
    });

    const shares = (lost: readonly string[]) => {
      const health: Health = (address) => !lost.includes(fleet.siteOf(address));
      const parts = new Map<string, number>();
      for (const person of population) {
        const site = fleet.siteOf(front.forward(asking(person), health) ?? "");
        parts.set(site, (parts.get(site) ?? 0) + 1 / population.length);
      }
      return parts;
    };

    it("is made of types whose meaning the simulated clouds know", () => {
      const unknown = fleet.resources
        .filter(({ type, custom }) => custom && !type.startsWith("pulumi:") && fidelity(type) !== "modelled")
        .map(({ type }) => type);
      assert.deepEqual(unknown, []);
    });

    it("is left as it is by a second run", () => {
      assert.deepEqual(fleet.again, []);
    });

    it("is found by every DNS service, which says where it is and nothing of sites", () => {
      assert.deepEqual(
        fleet.services.map((one) => one.service),
        ["route53", "cloudDns", "trafficManager"],
      );
      for (const authority of fleet.services) {
        const answer = authority.answer(DOMAIN, asking(population[0]!), () => true);
        assert.equal(answer?.addresses.length, service === "globalAccelerator" ? 2 : 1, authority.service);
        for (const one of answer?.addresses ?? []) assert.ok(front.isEntry(one), `${authority.service}: ${one}`);
        assert.equal(answer?.ttlSeconds, plan.ttlSeconds);
        assert.equal(
          authority.answer(`others.${DOMAIN}`, asking(population[0]!), () => true),
          undefined,
        );
      }
    });

    it("hands a lost site's users on as the verdict has counted", () => {
      const before = shares([]);
      assert.equal(before.size, 3);
      const routing = fleet.plan.capacity.routing;
      for (const lost of plan.sites.map(({ name }) => name)) {
        const after = shares([lost]);
        assert.equal(after.get(lost), undefined);
        for (const { site, worst, users } of routing?.sites ?? []) {
          if (site === lost) continue;
          const gained = (after.get(site) ?? 0) - (before.get(site) ?? 0);
          if (service === "frontDoor") {
            // All users at all times by weight, so the plan's parts are those that are measured.
            assert.ok(
              Math.abs((before.get(site) ?? 0) - users) < 0.01,
              `${site} gets ${before.get(site)}, planned ${users}`,
            );
            assert.ok((after.get(site) ?? 0) < worst + 0.01, `${site} gets ${after.get(site)}, at worst ${worst}`);
          } else
            assert.ok(gained >= 0 && gained <= (before.get(lost) ?? 0) + 1e-9, "at worst everything of the lost one");
        }
      }
    });

    it("leads nobody to a dead site under real requests, once the predicted time is over", async (t) => {
      const users = await Population.open(plan, fleet.services, fleet.resources);
      t.after(() => users.close());
      const loss = new UsersInALoss(users, ["virginia"], () => {});
      await loss.before();
      await loss.kill();
      await loss.lost();
      await loss.back();
      const met = loss.met();
      assert.equal(met.predictedSeconds, SECONDS[service]);
      assert.ok(met.errors > 0);
      assert.equal(met.held, true, JSON.stringify(met));
    });
  });
}

describe("a drained site behind a front", () => {
  it("is no endpoint of an accelerator, and no part of it is dialled to 0", async () => {
    const { resources } = await rehearsed({ front: "globalAccelerator", drained: "tokyo" }, "fronted", false);
    const groups = resources.filter(({ type }) => type === "aws:globalaccelerator/endpointGroup:EndpointGroup");
    assert.deepEqual(groups.map(({ inputs }) => [inputs.endpointGroupRegion, inputs.trafficDialPercentage]).sort(), [
      ["eu-central-1", 100],
      ["us-east-1", 100],
    ]);
  });
});

describe("Global Accelerator's own rules", () => {
  const eip = (id: string) => ({
    type: "aws:ec2/eip:Eip",
    inputs: {},
    outputs: { allocationId: id, publicIp: `ip-${id}` },
  });
  const group = (endpointGroupRegion: string, id: string, more: object = {}) => ({
    type: "aws:globalaccelerator/endpointGroup:EndpointGroup",
    inputs: { endpointGroupRegion, endpointConfigurations: [{ endpointId: id, weight: 128 }], ...more },
    outputs: {},
  });
  const accelerator = { type: "aws:globalaccelerator/accelerator:Accelerator", inputs: {}, outputs: { ipSets: [] } };
  const ids = ["a", "b", "c", "d"];
  const front = (...groups: object[]) => frontOf([accelerator, ...ids.map(eip), ...groups] as never) as Front;
  const frankfurt = { latitude: 50.1, longitude: 8.7, chance: () => 0.5 };
  const near = group("eu-central-1", "a");
  const others = [group("eu-west-1", "b"), group("us-east-1", "c"), group("ap-northeast-1", "d")];

  it("leave a group whose dial is 0 to fail-over, which takes no notice of it", () => {
    const dialled = front(group("eu-central-1", "a", { trafficDialPercentage: 0 }), ...others);
    assert.equal(
      dialled.forward(frankfurt, () => true),
      "ip-b",
    );
    assert.equal(
      dialled.forward(frankfurt, (address) => address === "ip-a"),
      "ip-a",
    );
  });

  it("take nothing of weight 0", () => {
    const weighted = front(
      group("eu-central-1", "a", { endpointConfigurations: [{ endpointId: "a", weight: 0 }] }),
      ...others,
    );
    assert.equal(
      weighted.forward(frankfurt, (address) => address === "ip-a"),
      "ip-a",
      "but when nothing else is left",
    );
    assert.equal(
      weighted.forward(frankfurt, () => true),
      "ip-b",
    );
  });

  it("give up after three groups, and send users to the nearest all the same", () => {
    assert.equal(
      front(near, ...others).forward(frankfurt, (address) => address === "ip-d"),
      "ip-a",
    );
    assert.equal(
      front(near, ...others).forward(frankfurt, (address) => address === "ip-c"),
      "ip-c",
    );
  });
});
