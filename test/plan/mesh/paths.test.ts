import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { type MeshSeen, meshOf, type PathSeen, skewProblems } from "../../../lib/plan/mesh";
import { twoRegions } from "../../support/specs";

const plan = fleetPlan(twoRegions({ mesh: {} })).mesh!;

function problems(change: Partial<MeshSeen>): string {
  const [dublin] = meshOf(plan).peers(plan, "frankfurt");
  const seen: MeshSeen = {
    peers: [{ name: dublin!.name, addresses: dublin!.addresses }],
    ...{ readyAgents: { dublin: 2 }, agents: 2, versions: ["1.19.5"], certificates: {}, addresses: [] },
    ...{ apiReplicas: 2, now: new Date("2026-11-20T00:00:00Z") },
    ...change,
  };
  return meshOf(plan).status(plan, "frankfurt", seen).problems.join("\n");
}

const path = (change: Partial<PathSeen>): readonly PathSeen[] => [
  { peer: "dublin", node: "10.2.0.10", wantedBytes: 1370, passedBytes: 1370, ...change },
];

test("a path that carries what is sent is fine, and one that nobody was asked to probe is no matter", () => {
  assert.equal(problems({ paths: path({}) }), "");
  assert.equal(problems({}), "");
});

test("a path that is narrow, silent or was not probed is a problem, each with what to do", () => {
  assert.match(
    problems({ paths: path({ passedBytes: 1369 }) }),
    /carries 1369 bytes, and 1370 are sent.*mesh\.mtuBytes/,
  );
  assert.match(problems({ paths: path({ passedBytes: 0 }) }), /Node 10\.2\.0\.10 of dublin answers no echo/);
  assert.match(problems({ paths: [] }), /What the path to dublin carries cannot be told/);
  assert.match(problems({ paths: path({ node: undefined }) }), /no node of it could be probed/);
});

test("replicas that are missing, agents that were not asked and peers that are withdrawn are said", () => {
  assert.match(problems({ apiReplicas: 1, apiReplicasWanted: 2 }), /^1 of 2 replicas of the mesh API are ready/);
  assert.match(
    problems({ unaskedAgents: { count: 1, reason: "it sleeps" } }),
    /^1 of 3 agents could not be asked: it sleeps/,
  );
  const withdrawn = problems({ withdrawn: ["dublin", "mars"], readyAgents: {}, paths: [] });
  assert.match(withdrawn, /^dublin is withdrawn here/);
  assert.equal(withdrawn.split("\n").length, 1, "its link and path are no problems besides");
});

test("any two sites may be one minor version apart", () => {
  assert.deepEqual(skewProblems({}), []);
  assert.deepEqual(skewProblems({ a: ["1.19.5"], b: ["1.20.2", "1.19.5"] }), []);
  assert.deepEqual(skewProblems({ a: ["garbage"], b: ["1.20.2"] }), []);
  assert.match(skewProblems({ a: ["1.19.5"], b: ["1.20.2", "1.21.0"] }).join(), /1\.19\.5 runs in a and 1\.21\.0 in b/);
});
