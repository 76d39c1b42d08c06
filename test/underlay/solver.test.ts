import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import {
  idleTunnels,
  insideTwice,
  isFaulty,
  keptBack,
  openToStrangers,
  pairs,
  tunnelKeys,
  unreached,
  wrongPorts,
} from "./laws";
import type { Resource } from "./model";
import { mutantsOf } from "./mutants";
import { RehearsedStack } from "./rehearsed";
import { Solver } from "./solver";

let state: readonly Resource[];
let solver: Solver;

before(async () => {
  state = (await RehearsedStack.of("linked-clouds")).resources;
  solver = new Solver(state);
});

describe("what was made for four sites on three clouds", () => {
  it("leads from every node to every other, there and back, at the MTU of the plan", () => {
    assert.deepEqual(
      solver.networks.map(({ site, nodes, loadBalancers }) => [site, nodes.length, loadBalancers.length]).sort(),
      [
        ["amsterdam", 1, 1],
        ["belgium", 1, 1],
        ["dublin", 3, 3],
        ["frankfurt", 3, 3],
      ],
    );
    assert.deepEqual(unreached(solver), []);
    assert.equal(Math.min(...pairs(solver).map(([a, b]) => solver.way(a, b) ?? 0)), 1399);
  });

  it("lets in exactly the listed ports, and nobody but the peers' nodes", () => {
    assert.deepEqual(wrongPorts(solver), []);
    assert.deepEqual(openToStrangers(solver), []);
  });

  it("has no tunnel that does not come up or keeps something back, and no inside address twice at one gateway", () => {
    assert.deepEqual(idleTunnels(solver), []);
    assert.deepEqual(insideTwice(solver), []);
    assert.deepEqual(keptBack(solver), []);
  });

  it("still leads everywhere without any one tunnel, interface, address or connection", () => {
    const parts = new Set(solver.tunnels.flatMap(({ ends }) => ends.flatMap(({ parts: own }) => own)));
    assert.ok(parts.size > 40, `${parts.size} parts`);
    for (const part of parts) assert.deepEqual(unreached(solver, new Set([part])), [], part);
  });

  it("leads between the others without any one site", () => {
    for (const { site } of solver.networks) {
      const others = state.filter(({ urn }) => !urn.split("::").at(-1)?.includes(site));
      assert.deepEqual(unreached(new Solver(others), new Set(), new Set([site])), [], site);
    }
  });

  it("has two tunnels at least for each two clouds", () => {
    for (const [a, b] of pairs(solver).filter(([one, other]) => one.cloud !== other.cloud)) {
      const own = solver.tunnels.filter(
        ({ ends }) => ends.some((end) => end.network === a.id) && ends.some((end) => end.network === b.id),
      );
      assert.ok(own.length >= 2, `${a.site} and ${b.site}: ${own.length}`);
    }
  });
});

describe("keys of tunnels", () => {
  it("are secret wherever a state has them", () => {
    const keys = tunnelKeys(state);
    assert.ok(keys.length >= 40, `${keys.length} keys`);
    for (const { name, isSealed } of keys) assert.ok(isSealed, name);
  });
});

describe("the solver sees that something is missing", () => {
  /** Types without any one of which some pair does not reach the other, or some listed port is closed. */
  const NEEDED = [
    "aws:ec2/route:Route",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "gcp:compute/firewall:Firewall",
    "azure-native:network:SecurityRule",
  ];
  const ofLinks = ({ urn, type }: Resource) => NEEDED.includes(type) && urn.includes(":Underlay$");

  for (const type of NEEDED) {
    it(`when any one ${type} is removed`, () => {
      const removed = state.filter((one) => ofLinks(one) && one.type === type);
      assert.ok(removed.length > 0);
      for (const one of removed) {
        assert.ok(isFaulty(new Solver(state.filter((other) => other !== one))), one.urn);
      }
    });
  }

  it("when all tunnels of a pair are removed", () => {
    for (const type of ["gcp:compute/vPNTunnel:VPNTunnel", "aws:ec2/vpnConnection:VpnConnection"]) {
      const links = new Set(state.filter((one) => one.type === type).map(({ urn }) => urn.replace(/-\d+$/, "")));
      for (const link of links) {
        const without = new Solver(state.filter((one) => one.type !== type || one.urn.replace(/-\d+$/, "") !== link));
        assert.ok(unreached(without).length > 0, link);
      }
    }
  });

  it("when a firewall is opened wider", () => {
    const wider = state.map((one) =>
      one.type === "gcp:compute/firewall:Firewall" && one.urn.endsWith("belgium-health")
        ? { ...one, outputs: { ...one.outputs, allows: [{ protocol: "tcp", ports: ["4240-4250"] }] } }
        : one,
    );
    assert.ok(wrongPorts(new Solver(wider)).some((one) => one.endsWith("to belgium: tcp 4241")));
  });

  it("when a fault is in any one part that a cloud would take", () => {
    const found = mutantsOf(state.filter(({ urn }) => urn.includes(":Underlay$")));
    assert.ok(found.length >= 12, found.map(([what]) => what).join("; "));
    for (const [what, mutants] of found) {
      for (const [one, outputs] of mutants) {
        const wrong = state.map((other) =>
          other === one ? { ...one, outputs: { ...one.outputs, ...outputs } } : other,
        );
        assert.ok(isFaulty(new Solver(wrong)), `${what}: ${one.urn}`);
      }
    }
  });
});
