import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { meshOf, type PeerTexts, peerObjects, withdrawalChanges } from "../../../lib/plan/mesh";
import { eksSite, fleetSpec } from "../../support/specs";

/** The objects after what is to be done, in any number of its steps. */
function after(texts: PeerTexts, changes: ReturnType<typeof withdrawalChanges>): PeerTexts {
  const names: Record<string, keyof PeerTexts> = {
    "cilium-clustermesh": "clusterMesh",
    "cilium-kvstoremesh": "kvstoreMesh",
    "clustermesh-remote-users": "remoteUsers",
  };
  const result: Record<string, Readonly<Record<string, string>> | undefined> = { ...texts };
  for (const { name, change } of changes) {
    const part = names[name]!;
    const entries = Object.entries({ ...result[part], ...change }).filter(([, value]) => value !== null);
    result[part] = Object.fromEntries(entries) as Record<string, string>;
  }
  return result as unknown as PeerTexts;
}

test("what is withdrawn by hand is what an update writes for a lost site, to the byte, also after half of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.nat(),
      fc.nat(),
      fc.constantFrom("1.19" as const, "1.20" as const),
      fc.nat(3),
      (count, lost, own, ciliumVersion, steps) => {
        const sites = Array.from({ length: count }, (_, index) => eksSite(`site-${index + 1}`, index + 1));
        const plan = fleetPlan(fleetSpec(sites, { mesh: { ciliumVersion } })).mesh!;
        const gone = plan.members[lost % count]!.name;
        const here = plan.members.filter(({ name }) => name !== gone)[own % (count - 1)]!.name;
        const wanted = peerObjects(meshOf(plan).leave(plan, gone), here);
        const before = peerObjects(plan, here);
        const half = after(before, withdrawalChanges(gone, before).slice(0, steps));
        const whole = after(half, withdrawalChanges(gone, half));
        assert.deepEqual(whole, { ...wanted, remoteUsers: wanted.remoteUsers });
        assert.deepEqual(withdrawalChanges(gone, whole), [], "done again it does nothing");
      },
    ),
    { numRuns: 60 },
  );
});

test("a site whose name begins as another's is not taken for it, and objects that are not there need nothing", () => {
  const sites = [eksSite("paris", 1), eksSite("paris-2", 2), eksSite("dublin", 3)];
  const plan = fleetPlan(fleetSpec(sites, { mesh: {} })).mesh!;
  const changes = withdrawalChanges("paris", peerObjects(plan, "dublin"));
  assert.match(String(changes[2]!.change["users.yaml"]), /remote-paris-2,/);
  const missing = { clusterMesh: undefined, kvstoreMesh: undefined, remoteUsers: undefined };
  assert.deepEqual(withdrawalChanges("paris", missing), []);
});
