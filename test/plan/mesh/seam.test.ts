import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { type MeshImplementation, type MeshSeen, meshOf } from "../../../lib/plan/mesh";
import { twoRegions } from "../../support/specs";

const IMPLEMENTATIONS: readonly MeshImplementation[] = ["cilium", "none"];

const NOW = new Date("2026-11-20T00:00:00Z");
const inDays = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

function planOf(implementation: MeshImplementation) {
  return fleetPlan(twoRegions({ mesh: { implementation } })).mesh!;
}

/** A site where all is as planned. */
function seen(implementation: MeshImplementation, change: Partial<MeshSeen> = {}): MeshSeen {
  const plan = planOf(implementation);
  const peers = meshOf(plan).peers(plan, "frankfurt");
  return {
    peers: peers.map(({ name, addresses }) => ({ name, addresses })),
    readyAgents: Object.fromEntries(peers.map(({ name }) => [name, 3])),
    agents: 3,
    versions: ["1.19.5"],
    certificates: { "clustermesh-apiserver-server-cert": inDays(90) },
    addresses: [],
    apiReplicas: 2,
    now: NOW,
    ...change,
  };
}

for (const implementation of IMPLEMENTATIONS) {
  test(`${implementation}: a site that is no member has no peers, and leaving twice is leaving once`, () => {
    const plan = planOf(implementation);
    const mesh = meshOf(plan);
    const once = mesh.leave(plan, "dublin");
    assert.equal(mesh.implementation, implementation);
    assert.deepEqual(mesh.peers(once, "dublin"), []);
    assert.deepEqual(mesh.peers(once, "frankfurt"), []);
    assert.deepEqual(mesh.leave(once, "dublin"), once);
    assert.equal(plan.members.length, 2, "the plan itself is never changed");
  });

  test(`${implementation}: peers are mutual, and objects name exactly them`, () => {
    const plan = planOf(implementation);
    const mesh = meshOf(plan);
    for (const { name } of plan.members) {
      const peers = mesh.peers(plan, name).map((peer) => peer.name);
      for (const peer of peers) assert.ok(mesh.peers(plan, peer).some((back) => back.name === name));
      assert.deepEqual(Object.keys(mesh.objects(plan, name)?.kvstoreMesh ?? {}), peers);
    }
  });

  test(`${implementation}: where all is as planned nothing is wrong, and equal questions get equal answers`, () => {
    const plan = planOf(implementation);
    const status = meshOf(plan).status(plan, "frankfurt", seen(implementation));
    assert.deepEqual(status.problems, []);
    assert.equal(status.isReady, true);
    assert.deepEqual(meshOf(plan).status(plan, "frankfurt", seen(implementation)), status);
    assert.deepEqual(meshOf(plan).export(), meshOf(plan).export({ affinity: "local", shared: true }));
  });
}

test("a global Service prefers its own site, and is told when it must not be shared", () => {
  assert.deepEqual(meshOf({ implementation: "cilium" }).export(), {
    "service.cilium.io/global": "true",
    "service.cilium.io/affinity": "local",
    "service.cilium.io/shared": "true",
  });
  const alone = meshOf({ implementation: "cilium" }).export({ affinity: "none", shared: false });
  assert.ok(!("service.cilium.io/affinity" in alone), "Cilium 1.19 knows no affinity none");
  assert.equal(alone["service.cilium.io/shared"], "false");
  assert.deepEqual(meshOf({ implementation: "none" }).export(), {});
});

test("whatever is wrong with a link is said, and what nobody saw is no proof", () => {
  const plan = planOf("cilium");
  const problems = (change: Partial<MeshSeen>) => {
    const status = meshOf(plan).status(plan, "frankfurt", seen("cilium", change));
    assert.equal(status.isReady, status.problems.length === 0);
    return status.problems.join("\n");
  };
  assert.match(problems({ readyAgents: { dublin: 2 } }), /^2 of 3 agents follow dublin/);
  assert.match(problems({ agents: 0 }), /Whether dublin is followed cannot be told/);
  assert.match(problems({ peers: [] }), /dublin is no peer here yet/);
  assert.match(
    problems({ peers: [...seen("cilium").peers, { name: "mars", addresses: [] }] }),
    /mars is a peer here and/,
  );
  assert.match(
    problems({ peers: [{ name: "dublin", addresses: ["10.9.9.9"] }] }),
    /dublin is looked for at 10\.9\.9\.9/,
  );
  assert.equal(problems({ versions: ["1.20.2"] }), "");
  assert.match(problems({ versions: ["1.21.0"] }), /Cilium 1\.21\.0 runs here/);
  assert.match(problems({ versions: ["garbage"] }), /Cilium garbage runs here/);
  assert.match(problems({ certificates: { a: inDays(-1) } }), /Secret a: its certificate ended on 2026-11-19/);
  assert.match(problems({ certificates: { a: inDays(3) } }), /ends in 3 days/);
  assert.match(problems({ certificates: { a: undefined } }), /holds no certificate that can be read/);
  assert.match(problems({ addresses: ["10.9.9.9"] }), /Its mesh API is at 10\.9\.9\.9/);
  assert.match(problems({ apiReplicas: 0 }), /No replica/);
});
