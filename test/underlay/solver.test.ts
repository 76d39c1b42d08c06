import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { multisite, ROOT } from "../support/multisite";
import type { Network, Packet } from "./firewalls";
import type { Resource } from "./model";
import { Solver } from "./solver";

/** The mesh's ports by Cilium's own list, written down again: the plan's table is what is judged here. */
const MESH: readonly [Packet["protocol"], number][] = [
  ["tcp", 2379],
  ["tcp", 4240],
  ["udp", 8472],
  ["udp", 51871],
  ["icmp", 8],
];
/** On EKS the mesh's API is at a port of the nodes, and nodes share a group with the API server, which is private. */
const MORE_ON_AWS: readonly [Packet["protocol"], number][] = [
  ["tcp", 32379],
  ["tcp", 443],
];
/** Ports beside those listed, each with its neighbours, at both ends, and some that services have. */
const PROBED = [
  1, 22, 53, 80, 443, 2378, 2379, 2380, 4239, 4240, 4241, 4244, 4250, 6081, 6443, 8471, 8472, 8473, 10250,
];
const MORE_PROBED = [30000, 32378, 32379, 32380, 51870, 51871, 51872, 65535];

let state: readonly Resource[];
let solver: Solver;

before(async () => {
  const folder = mkdtempSync(join(tmpdir(), "multisite-underlay-"));
  try {
    const file = join(folder, "fleet.json");
    const run = await multisite(["rehearse", join(ROOT, "examples", "linked-clouds"), "--state", file]);
    assert.equal(run.exit, 0, run.stderr);
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as { deployment: { resources: Resource[] } };
    state = deployment.resources;
    solver = new Solver(state);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Every pair of sites, in both directions. */
function pairs(of: Solver): (readonly [Network, Network])[] {
  return of.networks.flatMap((a) => of.networks.filter((b) => b !== a).map((b) => [a, b] as const));
}

function unreached(of: Solver, lost: ReadonlySet<string> = new Set(), gone?: string): string[] {
  return pairs(of)
    .filter(([a, b]) => a.site !== gone && b.site !== gone)
    .filter(([a, b]) => (of.way(a, b, lost) ?? 0) < 1399)
    .map(([a, b]) => `${a.site} to ${b.site}`);
}

/** Pairs and ports where the firewalls differ from the list: open though not listed, or listed and closed. */
function wrongPorts(of: Solver): string[] {
  return pairs(of).flatMap(([a, b]) => {
    const wanted = new Set(
      [...MESH, ...(b.cloud === "aws" ? MORE_ON_AWS : [])].map(([protocol, port]) => `${protocol} ${port}`),
    );
    const probes = (["tcp", "udp"] as const).flatMap((protocol) =>
      [...PROBED, ...MORE_PROBED].map((port) => [protocol, port] as const),
    );
    return [...probes, ["icmp", 8] as const]
      .filter(([protocol, port]) => of.admits(a, b, protocol, port) !== wanted.has(`${protocol} ${port}`))
      .map(([protocol, port]) => `${a.site} to ${b.site}: ${protocol} ${port}`);
  });
}

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

  it("lets in exactly the listed ports", () => {
    assert.deepEqual(wrongPorts(solver), []);
  });

  it("still leads everywhere without any one tunnel, interface, address or connection", () => {
    const parts = new Set(solver.tunnels.flatMap(({ ends }) => ends.flatMap(({ parts: own }) => own)));
    assert.ok(parts.size > 40, `${parts.size} parts`);
    for (const part of parts) assert.deepEqual(unreached(solver, new Set([part])), [], part);
  });

  it("leads between the others without any one site", () => {
    for (const { site } of solver.networks) {
      const others = state.filter(({ urn }) => !urn.split("::").at(-1)?.includes(site));
      assert.deepEqual(unreached(new Solver(others), new Set(), site), [], site);
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
  /** How the engine marks a secret in a state; its value is sealed. */
  const SECRET = "4dabf18193072939515e22adb298388d";

  it("are secret wherever a state has them", () => {
    const keys = state.flatMap(({ inputs, outputs }) =>
      [inputs, outputs].flatMap((side) =>
        Object.entries(side ?? {}).filter(([name]) => /^(tunnel\dPresharedKey|sharedKey|sharedSecret)$/.test(name)),
      ),
    );
    assert.ok(keys.length >= 40, `${keys.length} keys`);
    for (const [name, key] of keys) assert.ok(typeof key === "object" && key !== null && SECRET in key, name);
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
        const without = new Solver(state.filter((other) => other !== one));
        assert.ok(unreached(without).length + wrongPorts(without).length > 0, one.urn);
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
});
