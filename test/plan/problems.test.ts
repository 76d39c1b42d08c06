import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import { type Problem, SpecError, specProblems } from "../../lib/plan/problems";
import type { FleetSpec } from "../../lib/plan/spec";
import { anything, fleetSpecs } from "../support/arbitraries";
import { MUTATIONS, mixedFleet } from "./mutations";

function found(problems: readonly Problem[], path: string, message: RegExp): boolean {
  return problems.some((one) => one.path === path && message.test(one.message));
}

test("a valid spec has no problem, and is planned", () => {
  assert.deepEqual(specProblems(mixedFleet()), []);
  fc.assert(
    fc.property(fleetSpecs(), (spec) => {
      assert.deepEqual(specProblems(spec), []);
    }),
  );
});

for (const { title, change, path, message } of MUTATIONS) {
  test(`found: ${title}`, () => {
    const spec = mixedFleet();
    change(spec);
    const problems = specProblems(spec);
    assert.ok(found(problems, path, message), `${path} ${message} is not in\n${JSON.stringify(problems, null, 1)}`);
    for (const one of problems) assert.match(one.message, /[.]$/, "a message is made of sentences");
  });
}

test("a region that another site writes as its cloud does is one problem", () => {
  const spec = mixedFleet();
  const coordinates = { latitude: 50, longitude: 8 };
  Object.assign(spec.sites[3], { provider: "aws", region: "EU-CENTRAL-1", coordinates });
  assert.deepEqual(
    specProblems(spec).map(({ path }) => path),
    ["sites[3].region"],
  );
});

test("several problems at once are all found, and nothing is planned", () => {
  // Changes of one place hide each other, so that of each place one is taken.
  fc.assert(
    fc.property(fc.shuffledSubarray([...MUTATIONS], { minLength: 2, maxLength: 8 }), (chosen) => {
      const places = new Set<string>();
      const spec = mixedFleet();
      const applied = chosen.filter((one) => {
        const free = one.places.every((place) =>
          [...places].every((at) => !at.startsWith(place) && !place.startsWith(at)),
        );
        if (free) for (const place of one.places) places.add(place);
        return free;
      });
      for (const { change } of applied) change(spec);
      const problems = specProblems(spec);
      for (const { path, message, title } of applied)
        assert.ok(found(problems, path, message), `${title} is not found`);
      assert.throws(
        () => fleetPlan(spec as unknown as FleetSpec),
        (error) => error instanceof SpecError && problems.every((one) => error.message.includes(one.message)),
      );
    }),
    { numRuns: 200 },
  );
});

test("whatever it is given, specProblems answers and never throws", () => {
  fc.assert(
    fc.property(anything, (input) => {
      assert.ok(specProblems(input).length > 0);
    }),
    { numRuns: 500 },
  );
});

test("a hostile value in any place of a valid spec is a problem, never an exception", () => {
  const hostile = fc.constantFrom<() => unknown>(
    () =>
      Object.defineProperty({}, "x", {
        enumerable: true,
        get: () => {
          throw new Error("boom");
        },
      }),
    () =>
      new Proxy(
        {},
        {
          get: () => {
            throw new Error("boom");
          },
          ownKeys: () => {
            throw new Error("boom");
          },
        },
      ),
    () => Promise.resolve(1),
    () => () => 1,
    () => Symbol("x"),
    () => 1n,
    () => new Date(),
    () => new Array(2 ** 32 - 1),
    () => Object.assign(new Array(2), { 1: 1 }),
    () => Number.NaN,
    () => null,
    () => {
      const loop: Record<string, unknown> = {};
      loop.loop = loop;
      return loop;
    },
  );
  fc.assert(
    fc.property(fleetSpecs(), fc.nat(), hostile, (valid, at, make) => {
      const spec = structuredClone(valid);
      const owners = objectsOf(spec);
      const owner = owners[at % owners.length] as Record<string, unknown>;
      const keys = Object.keys(owner);
      const key = keys[at % keys.length];
      if (key === undefined) return;
      owner[key] = make();
      assert.ok(specProblems(spec).length > 0);
    }),
  );
});

function objectsOf(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsOf)];
}

test("an Output of Pulumi says that structural values are plain, and why, and a secret one shows nothing", () => {
  const spec = mixedFleet();
  spec.sites[0].region = pulumi.output("eu-central-1");
  spec.sites[1].pools[0].nodes = pulumi.secret(987);
  const problems = specProblems(spec);
  assert.ok(
    found(
      problems,
      "sites[0].region",
      /is an Output: give the name of a region .* Structural values are plain, because/,
    ),
  );
  assert.ok(found(problems, "sites[1].pools[0].nodes", /is an Output: give a whole number/));
  assert.equal(problems.length, 2);
  assert.ok(!JSON.stringify(problems).includes("987"));
});

test("what a path counts is named as well: sites, pools and workloads", () => {
  const spec = mixedFleet();
  const pod = { replicas: 1, cpu: 1, memoryGiB: 1 };
  spec.sites[1].pools[0].nodes = -1;
  spec.demand.workloads = [
    { ...pod, name: "web" },
    { ...pod, name: "db", replicas: -1, cpu: "1" },
    { ...pod, name: "web" },
    { ...pod, name: 7, memoryGiB: -1 },
  ];
  spec.demand.daemonSets = [{ name: "agent", cpu: -1, memoryGiB: 0 }];
  const subjects = Object.fromEntries(specProblems(spec).map(({ path, subject }) => [path, subject]));
  assert.deepEqual(subjects, {
    "sites[1].pools[0].nodes": `site ${spec.sites[1].name}, pool ${spec.sites[1].pools[0].name}`,
    "demand.workloads[1].replicas": "workload db",
    "demand.workloads[1].cpu": "workload db",
    // The value is the name, and one that is no text is none.
    "demand.workloads[2].name": undefined,
    "demand.workloads[3].name": undefined,
    "demand.workloads[3].memoryGiB": undefined,
    "demand.daemonSets[0].cpu": "DaemonSet agent",
  });
});

test("prototype keys are rejected and change no prototype", () => {
  const spec = JSON.parse(
    '{"__proto__":{"polluted":1},"sites":[{"constructor":{"prototype":{"polluted":1}}}],"demand":{"cpu":1}}',
  );
  const problems = specProblems(spec);
  assert.ok(found(problems, "__proto__", /prototypes: remove it/));
  assert.ok(found(problems, "sites[0].constructor", /prototypes: remove it/));
  assert.equal((Object.prototype as { polluted?: number }).polluted, undefined);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test("what was checked is what is planned: a getter is read once, a later change changes nothing", () => {
  const spec = mixedFleet();
  let reads = 0;
  Object.defineProperty(spec.sites[0], "region", {
    enumerable: true,
    get: () => (reads++ === 0 ? "eu-central-1" : "nowhere"),
  });
  const plan = fleetPlan(spec as unknown as FleetSpec);
  (spec.demand as { cpu?: number }).cpu = -1;
  assert.equal(plan.sites[0]?.region, "eu-central-1");
  assert.equal(plan.spec.demand.cpu, 12);
  assert.equal(reads, 1);
});

test("a property that is undefined is a property that is absent", () => {
  const spec = mixedFleet() as unknown as Record<string, unknown>;
  spec.headroom = undefined;
  assert.deepEqual(specProblems(spec), []);
  assert.ok(!("headroom" in fleetPlan(spec as unknown as FleetSpec).spec));
});

test("a SpecError lists every problem, one a line, and counts them", () => {
  const error = new SpecError([
    { path: "a", message: "is 1: give 2." },
    { path: "b", message: "is 3: give 4." },
  ]);
  assert.equal(error.message, "The fleet's spec has 2 problems:\n  a is 1: give 2.\n  b is 3: give 4.");
  const whose = new SpecError([{ path: "sites[0].pools[1].nodes", subject: "site oslo, pool apps", message: "is 0." }]);
  assert.match(whose.message, /\n {2}sites\[0\]\.pools\[1\]\.nodes \(site oslo, pool apps\) is 0\.$/);
  const many = Array.from({ length: 150 }, (_, i) => ({ path: `p${i}`, message: "is wrong." }));
  assert.match(new SpecError(many).message, /p99 is wrong\.\n {2}and 50 more\.$/);
});
