import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { MeshSpec } from "../../../lib/plan/mesh";
import { specProblems } from "../../../lib/plan/problems";
import { eksSite, existingSite, fleetSpec, gkeSite, twoRegions } from "../../support/specs";

const paths = (spec: unknown) => specProblems(spec).map(({ path }) => path);

test("a spec without a mesh plans none", () => {
  assert.ok(!("mesh" in fleetPlan(twoRegions())));
});

test("defaults: Cilium 1.19, WireGuard, three minutes until a dead site's backends go, and the narrowest link's MTU", () => {
  const { members, ...rest } = fleetPlan(twoRegions({ mesh: {} })).mesh!;
  assert.deepEqual(rest, {
    implementation: "cilium",
    ciliumVersion: "1.19",
    encryption: "wireguard",
    mtuBytes: 8500,
    cacheTtlSeconds: 180,
  });
  assert.deepEqual(
    members.map(({ name, number }) => [name, number]),
    [
      ["frankfurt", 1],
      ["dublin", 2],
    ],
  );
  const mtu = (...sites: Parameters<typeof fleetSpec>[0]) => fleetPlan(fleetSpec(sites, { mesh: {} })).mesh?.mtuBytes;
  assert.equal(mtu(eksSite("frankfurt", 1), gkeSite("belgium", 2)), 1370, "a VPN lies between two clouds");
  assert.equal(mtu(gkeSite("belgium", 1), gkeSite("london", 2, { region: "europe-west2" })), undefined);
});

test("the MTU is that of the underlay's narrowest link, where one is planned, and the spec's own before all", () => {
  const sites = [eksSite("frankfurt", 1), gkeSite("belgium", 2)];
  const linked = fleetPlan(fleetSpec(sites, { mesh: {}, underlay: {} }));
  assert.ok(linked.underlay !== undefined);
  assert.equal(linked.mesh?.mtuBytes, linked.underlay.mtuBytes);
  const own = fleetPlan(fleetSpec(sites, { mesh: { mtuBytes: 1300 }, underlay: {} }));
  assert.equal(own.mesh?.mtuBytes, 1300);
});

test("everything that a mesh cannot have is refused at once, by its path", () => {
  const mesh = { eni: true, chaining: "aws-cni", cacheTtlSeconds: 0, ciliumVersion: "1.18", mtuBytes: 500 };
  const problems = specProblems(twoRegions({ mesh: mesh as MeshSpec }));
  assert.deepEqual(
    problems.map(({ path }) => path),
    ["mesh.eni", "mesh.chaining", "mesh.ciliumVersion", "mesh.mtuBytes", "mesh.cacheTtlSeconds"],
  );
  const text = problems.map(({ message }) => message).join("\n");
  assert.match(
    text,
    /would give EKS pods the VPC's addresses, and all sites of a mesh have one datapath, VXLAN: remove/,
  );
  assert.match(text, /is "1\.18": give one of "1\.19", "1\.20"/);
  assert.match(text, /is 0: give a whole number, 30 to 3600.*0 would keep a dead site's backends for ever/);
});

test("an existing site needs an internal address of its mesh API, and somebody who knows the link to it", () => {
  const with_ = (mesh: string[] | undefined, more: MeshSpec = { mtuBytes: 1370 }) =>
    fleetSpec([eksSite("frankfurt", 1), existingSite("basel", 2, mesh === undefined ? {} : { endpoints: { mesh } })], {
      mesh: more,
    });
  assert.deepEqual(paths(with_(undefined)), ["sites[1].endpoints.mesh"]);
  assert.deepEqual(paths(with_([])), ["sites[1].endpoints.mesh"]);
  assert.deepEqual(paths(with_(["8.8.8.8"])), ["sites[1].endpoints.mesh[0]"]);
  assert.deepEqual(paths(with_(["192.168.16.9"])), []);
  assert.deepEqual(paths(with_(["192.168.16.9"], {})), ["mesh.mtuBytes"]);
  assert.deepEqual(
    paths(with_(undefined, { implementation: "none" })),
    [],
    "without a network nothing of it is needed",
  );
});
