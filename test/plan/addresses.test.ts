import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  blockLayout,
  blockOfNumber,
  blockPool,
  blocksIn,
  gkePodPrefix,
  siteAddresses,
  usableAddresses,
  zoneSlots,
} from "../../lib/plan/addresses";
import { type Cidr, contains, endOf, overlap, parseAddress, parseCidr, sizeOf } from "../../lib/plan/cidr";
import { fleetPlan } from "../../lib/plan/fleetPlan";
import type { SiteAddresses } from "../../lib/plan/plan";
import { RESERVED_RANGES, reservedRange } from "../../lib/plan/reserved";
import type { SiteSpec } from "../../lib/plan/spec";
import { fleetSpecs } from "../support/arbitraries";
import { eksSite } from "../support/specs";

const DEFAULT = blockPool(undefined);
const site = (kind: "eks" | "gke" | "aks", number: number): SiteSpec =>
  ({ ...eksSite(`s${number}`, number), kind }) as unknown as SiteSpec;
const ZONES = { eks: ["r-1a", "r-1b", "r-1c"], gke: ["r-b", "r-c", "r-d"], aks: ["1", "2", "3"] };

/** The ranges that something real gets, which must never meet. */
function leaves(of: SiteAddresses): Cidr[] {
  return [
    ...of.nodeSubnets,
    ...of.publicSubnets,
    ...of.loadBalancerSubnets,
    ...of.controlPlaneSubnets,
    of.podCidr,
    of.serviceCidr,
    ...(of.controlPlaneSubnets.length === 0 && of.controlPlaneCidr !== "" ? [of.controlPlaneCidr] : []),
  ].map(parseCidr);
}

function disjoint(ranges: readonly Cidr[]): void {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  for (const [i, one] of sorted.entries()) {
    if (i > 0) assert.ok(!overlap(sorted[i - 1] ?? one, one), `${JSON.stringify(one)} overlaps the one before`);
  }
}

test("the default pool has a block for every number from 1 to 255, 10.n.0.0/16", () => {
  for (let number = 1; number <= 255; number++) {
    assert.deepEqual(blockOfNumber(number, DEFAULT), parseCidr(`10.${number}.0.0/16`));
    assert.equal(reservedRange(parseCidr(`10.${number}.0.0/16`), "built"), undefined);
  }
  assert.equal(blockOfNumber(256, DEFAULT), undefined);
});

test("a site of every kind and number has its ranges in its block, apart, and services outside the network", () => {
  for (const kind of ["eks", "gke", "aks"] as const) {
    const all: Cidr[] = [];
    for (let number = 1; number <= 255; number++) {
      const of = siteAddresses(site(kind, number), ZONES[kind], DEFAULT);
      const own = leaves(of);
      for (const one of own) assert.ok(contains(parseCidr(of.block), one));
      for (const one of [...of.nodeSubnets, ...of.loadBalancerSubnets, of.controlPlaneCidr, ...of.publicSubnets]) {
        assert.ok(contains(parseCidr(of.network), parseCidr(one)));
      }
      for (const one of [of.podCidr, of.serviceCidr]) assert.ok(!overlap(parseCidr(of.network), parseCidr(one)));
      all.push(...own);
    }
    disjoint(all);
  }
});

test("no two ranges overlap over all sites and kinds of any fleet", () => {
  fc.assert(
    fc.property(fleetSpecs(), (spec) => {
      const plan = fleetPlan(spec);
      disjoint(plan.sites.flatMap((one) => leaves(one.addresses)));
      for (const one of plan.sites) {
        for (const range of leaves(one.addresses)) {
          for (const text of spec.addresses?.reserved ?? []) {
            if (one.kind !== "existing") assert.ok(!overlap(parseCidr(text), range));
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("every block size from /12 to /20 is laid out within what AWS, Google and Azure take", () => {
  for (let prefix = 12; prefix <= 20; prefix++) {
    const layout = blockLayout({ start: parseAddress("10.16.0.0") ?? 0, prefix });
    disjoint([
      layout.nodes,
      layout.loadBalancers,
      layout.publicSubnets,
      layout.controlPlane,
      layout.services,
      layout.pods,
    ]);
    assert.ok(layout.network.prefix >= 16 && layout.network.prefix <= 28, "a VPC is a /16 to a /28");
    assert.ok(layout.services.prefix >= 12 && layout.services.prefix <= 24, "EKS takes services of /12 to /24");
    assert.ok(layout.services.prefix >= 16, "GKE takes services of /16 or longer");
    for (const subnet of [layout.nodes, layout.loadBalancers, layout.publicSubnets, layout.controlPlane]) {
      assert.ok(subnet.prefix + 3 <= 28, "a subnet per zone is a /28 at least");
    }
    assert.ok(usableAddresses(layout.loadBalancers.prefix + 3) >= 8, "a load balancer asks for eight free addresses");
  }
});

test("the default block carries 120 nodes of 110 pods and their surge on every kind", () => {
  const { nodes, pods } = blockLayout(parseCidr("10.1.0.0/16"));
  assert.ok(sizeOf(pods.prefix) / sizeOf(gkePodPrefix(110)) >= 120 + 8);
  assert.ok(usableAddresses(nodes.prefix + 3) >= 120 + 8, "even with all nodes in one zone");
});

test("addresses for load balancers are in their own subnets, one per zone on EKS, and kept by no cloud", () => {
  for (const kind of ["eks", "gke", "aks"] as const) {
    for (const blockPrefix of [12, 16, 20]) {
      const of = siteAddresses(site(kind, 3), ZONES[kind], blockPool({ blockPrefix }));
      assert.equal(of.mesh.length, kind === "eks" ? 3 : 1);
      assert.equal(new Set([...of.mesh, ...of.ingress]).size, of.mesh.length + of.ingress.length);
      for (const list of [of.mesh, of.ingress]) {
        for (const [i, text] of list.entries()) {
          const subnet = parseCidr(of.loadBalancerSubnets[i] ?? "");
          const address = parseAddress(text) ?? 0;
          assert.ok(
            address >= subnet.start + 4 && address < endOf(subnet) - 2,
            `${text} of ${of.loadBalancerSubnets[i]}`,
          );
        }
      }
      assert.equal((parseAddress(of.dnsServiceIp) ?? 0) - parseCidr(of.serviceCidr).start, 10);
    }
  }
});

test("a zone that comes or goes moves no subnet of another", () => {
  const zone = fc.constantFrom("r-1a", "r-1b", "r-1c", "r-1d", "r-1f");
  fc.assert(
    fc.property(fc.uniqueArray(zone, { minLength: 2 }), (zones) => {
      const all = siteAddresses(site("eks", 9), zones, DEFAULT);
      const fewer = siteAddresses(site("eks", 9), zones.slice(1), DEFAULT);
      assert.deepEqual(fewer.nodeSubnets, all.nodeSubnets.slice(1));
      assert.deepEqual(fewer.mesh, all.mesh.slice(1));
    }),
  );
});

test("zones without a letter of their own get the slots that are left", () => {
  assert.deepEqual(zoneSlots(["r-1a", "r-1c", "r-1f"]), [0, 2, 5]);
  assert.deepEqual(zoneSlots(["1", "3"]), [0, 2]);
  assert.deepEqual(zoneSlots(["west-lax-1a", "west-1a", "odd-z"]), [0, 1, 2]);
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 8 }), (zones) => {
      const slots = zoneSlots(zones);
      assert.equal(new Set(slots).size, zones.length);
      assert.ok(slots.every((slot) => slot >= 0 && slot < 8));
    }),
  );
});

test("GKE gives a node the least power of two that is twice its pods", () => {
  const documented: [number, number][] = [
    [8, 28],
    [9, 27],
    [16, 27],
    [17, 26],
    [32, 26],
    [33, 25],
    [64, 25],
    [65, 24],
    [110, 24],
    [128, 24],
    [129, 23],
    [250, 23],
  ];
  for (const [pods, prefix] of documented) assert.equal(gkePodPrefix(pods), prefix);
});

test("reserved ranges are canonical, named and dated, and a pool knows how many blocks it has", () => {
  for (const range of RESERVED_RANGES) {
    parseCidr(range.cidr);
    assert.match(range.date, /^\d{4}-\d{2}-\d{2}$/);
    assert.ok(range.source.length > 0 && range.keeper.length > 0);
  }
  for (const taken of ["172.17.0.0/16", "172.30.4.0/24", "172.31.0.0/17", "169.254.0.0/16"]) {
    assert.ok(reservedRange(parseCidr(taken), "built"));
  }
  assert.equal(reservedRange(parseCidr("172.31.0.0/16"), "existing"), undefined);
  assert.equal(blocksIn(DEFAULT), 256);
  assert.equal(blocksIn(blockPool({ pool: "10.0.0.0/16", blockPrefix: 12 })), 0);
});
