import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { FleetSpec, SiteSpec, SiteState } from "../../lib/plan/spec";
import { WAVE_KINDS, walk } from "../../lib/plan/waves";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";

const nodes = (count: number) => [{ name: "apps", machineType: "m6i.xlarge", nodes: count }];
const frankfurt = (count = 6, change: Partial<SiteSpec> = {}) =>
  eksSite("frankfurt", 1, { pools: nodes(count), ...(change as object) });
const dublin = (count = 6, change: Partial<SiteSpec> = {}) =>
  eksSite("dublin", 4, { region: "eu-west-1", pools: nodes(count), ...(change as object) });
const three = (...more: SiteSpec[]) =>
  fleetSpec([frankfurt(), gkeSite("belgium", 2), aksSite("amsterdam", 3), ...more]);

const steps = (before: FleetSpec, after: FleetSpec) =>
  walk(before, after).waves.map(({ site, kind }) => `${site} ${kind}`);
const messages = (before: FleetSpec, after: FleetSpec) =>
  walk(before, after)
    .problems.map(({ path, message }) => `${path} ${message}`)
    .join("\n");

test("a fleet that stays as it is has nothing to walk", () => {
  assert.deepEqual(walk(three(), three()), { waves: [], problems: [] });
});

test("what adds capacity comes first, one site at a time", () => {
  const after = fleetSpec([
    frankfurt(3),
    gkeSite("belgium", 2, { auditLogDays: 30 }),
    aksSite("amsterdam", 3),
    dublin(9),
  ]);
  assert.deepEqual(steps(three(), after), ["dublin joins", "belgium changes", "frankfurt shrinks"]);
  assert.equal(messages(three(), after), "");
});

test("a life is walked by its states, and an entry goes when its peers have dropped it", () => {
  const at = (state: SiteState) => three(dublin(6, { state }));
  const gone: FleetSpec = { ...three(), retired: [4] };
  assert.deepEqual(steps(three(), at("joining")), ["dublin joins"]);
  assert.deepEqual(steps(at("joining"), at("active")), ["dublin returns"]);
  assert.deepEqual(steps(at("active"), at("drained")), ["dublin drains"]);
  assert.deepEqual(steps(at("drained"), at("leaving")), ["dublin leaves"]);
  assert.deepEqual(steps(at("leaving"), gone), ["dublin vanishes"]);
  assert.equal(messages(at("leaving"), gone), "");
  assert.match(messages(at("drained"), gone), /sites has no "dublin" any more, which its peers still follow/);
  assert.match(messages(at("leaving"), three()), /retired lacks 4, the number of "dublin"/);
});

test("a site keeps its name and its number for life", () => {
  const named = three(dublin());
  assert.match(
    messages(named, three(dublin(6, { number: 5 }))),
    /sites\[3\]\.number was 4 and is 5, which restarts all/,
  );
  const renamed = three(eksSite("cork", 4, { region: "eu-west-1", pools: nodes(6) }));
  assert.match(messages(named, renamed), /sites\[3\]\.name was "dublin" and is "cork", which restarts all/);
});

test("a walk that takes before others give is refused with the wave that breaks it", () => {
  const before = fleetSpec([frankfurt(), dublin()], { demand: { cpu: 14 } });
  assert.equal(fleetPlan(before).capacity.verdict, "holds");
  const swapped = fleetSpec([frankfurt(1), dublin(1), gkeSite("belgium", 2)], { demand: { cpu: 14 } });
  assert.match(messages(before, swapped), /cannot be walked: once \w+ shrinks, the fleet's N\+1 does not hold/);
  const broken = fleetSpec([frankfurt(1), dublin(1)], { demand: { cpu: 14 } });
  assert.equal(
    messages(broken, fleetSpec([frankfurt(6), dublin(6)], { demand: { cpu: 14 } })),
    "",
    "a mend is no loss",
  );
});

test("every wave changes one site, in the order of its kinds, and the last leaves what was wanted", () => {
  const counts = fc.tuple(
    fc.integer({ min: 2, max: 9 }),
    fc.integer({ min: 2, max: 9 }),
    fc.integer({ min: 2, max: 9 }),
  );
  const fleet = ([a, b, c]: [number, number, number]) =>
    fleetSpec([frankfurt(a), dublin(b), eksSite("paris", 6, { region: "eu-west-3", pools: nodes(c) })]);
  fc.assert(
    fc.property(counts, counts, (from, to) => {
      const [before, after] = [fleet(from), fleet(to)];
      const { waves } = walk(before, after);
      const ranks = waves.map(({ kind }) => WAVE_KINDS.indexOf(kind));
      assert.deepEqual(
        ranks,
        [...ranks].sort((a, b) => a - b),
      );
      const byName = (spec: FleetSpec) => new Map(spec.sites.map((site) => [site.name, site]));
      let last = before;
      for (const { site, spec } of waves) {
        const [was, is] = [byName(last), byName(spec)];
        const changed = [...is].filter(([name, one]) => was.get(name) !== one).map(([name]) => name);
        assert.deepEqual(changed, [site]);
        last = spec;
      }
      assert.deepEqual(byName(last), byName(after));
    }),
    { numRuns: 40 },
  );
});
