import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan";
import { meshOf } from "../../../lib/plan/mesh";
import { withExpelled, withoutExpelled } from "../../../lib/plan/trustPhases";
import { eksSite, fleetSpec } from "../../support/specs";

const NAMES = ["frankfurt", "dublin", "paris"] as const;
const REGIONS = { frankfurt: "eu-central-1", dublin: "eu-west-1", paris: "eu-west-3" } as const;
const START = {
  revision: 3,
  changedAt: "2026-11-20T12:00:00.000Z",
  generations: [{ name: "g1", state: "active" as const }],
};

/** The fleet with a mesh, by the data that `multisite trust expel` leaves. */
function planned(expelled: readonly string[]) {
  const rotation = expelled.reduce<Parameters<typeof withExpelled>[0]>(withExpelled, START);
  const sites = NAMES.map((name, index) => eksSite(name, index + 1, { region: REGIONS[name] }));
  const trust = { trustDomain: "shop.example.com", rotation: { ...rotation } as never };
  return fleetPlan(withoutExpelled(fleetSpec(sites, { mesh: {}, underlay: {}, trust, demand: { cpu: 2 } }), rotation));
}

test("an expelled site is no peer and no user of any other, nothing is open to it, and nothing is signed for it", () => {
  const [before, after] = [planned([]), planned(["paris"])];
  const cidr = before.sites.find(({ name }) => name === "paris")!.addresses.nodeCidr;
  for (const site of ["frankfurt", "dublin"]) {
    const [was, is] = [before, after].map(({ mesh }) => ({
      objects: JSON.stringify(meshOf(mesh!).objects(mesh!, site)),
      openTo: meshOf(mesh!)
        .peers(mesh!, site)
        .flatMap(({ nodeCidrs }) => nodeCidrs),
    })) as [{ objects: string; openTo: string[] }, { objects: string; openTo: string[] }];
    assert.match(was.objects, /remote-paris/);
    assert.ok(was.openTo.includes(cidr));
    assert.doesNotMatch(is.objects, /paris/);
    assert.ok(!is.openTo.includes(cidr));
  }
  const links = (plan: ReturnType<typeof planned>) => JSON.stringify(plan.underlay);
  assert.match(links(before), /paris/);
  assert.doesNotMatch(links(after), /paris/);
  assert.deepEqual(
    after.trust!.sites.map(({ site }) => site),
    ["frankfurt", "dublin"],
  );
  assert.equal(after.sites.find(({ name }) => name === "paris")?.state, "lost");
  assert.equal(after.spec.degradedUntil, "2026-12-04");
});

test("what an expelled site trusts changes for nobody else: no other certificate is made anew", () => {
  const leaves = (plan: ReturnType<typeof planned>) =>
    plan.trust!.sites.flatMap(({ site, leaves: all }) => (site === "paris" ? [] : all));
  assert.deepEqual(leaves(planned(["paris"])), leaves(planned([])));
});
