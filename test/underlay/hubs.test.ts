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
import { at, type Resource, text } from "./model";
import { mutantsOf } from "./mutants";
import { RehearsedStack } from "./rehearsed";
import { Solver } from "./solver";

let stack: RehearsedStack;
let state: readonly Resource[];
let solver: Solver;

before(async () => {
  stack = await RehearsedStack.of("hubs");
  state = stack.resources;
  solver = new Solver(state);
});

const name = ({ urn }: Resource) => urn.split("::").at(-1) ?? "";
const ofLinks = ({ urn }: Resource) => urn.includes(":Underlay$");

/** Where each hub is, and the sites that are lost with its region. */
const HUBS = [
  { hub: "aws-hub-1", region: "eu-central-1", gone: ["frankfurt"] },
  { hub: "aws-hub-2", region: "eu-west-1", gone: ["dublin"] },
  { hub: "gcp-hub-1", region: "europe-west1", gone: ["belgium"] },
  { hub: "gcp-hub-2", region: "europe-west4", gone: ["eemshaven"] },
  { hub: "azure-hub-1", region: "westeurope", gone: ["amsterdam"] },
  { hub: "azure-hub-2", region: "northeurope", gone: ["cork"] },
] as const;

describe("what was made for eight sites at hubs of other owners", () => {
  it("leads from every node to every other, there and back, at the MTU of the plan", () => {
    assert.equal(solver.networks.length, 8);
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
    assert.equal(solver.tunnels.length, 40);
    assert.ok(parts.size > 80, `${parts.size} parts`);
    for (const part of parts) assert.deepEqual(unreached(solver, new Set([part])), [], part);
  });

  for (const { hub, region, gone } of HUBS) {
    it(`still leads everywhere without the gateway of ${hub}, and between the others without its region`, () => {
      const without = state.filter((one) => !name(one).includes(hub));
      assert.ok(without.length < state.length);
      assert.deepEqual(unreached(new Solver(without)), []);
      const elsewhere = without.filter(
        (one) =>
          !gone.some((site) => name(one).includes(site)) && name(one) !== `azure-${region}` && !isIn(one, region),
      );
      const left = new Solver(elsewhere);
      assert.equal(left.networks.length, 7);
      assert.deepEqual(unreached(left), []);
    });
  }

  it("leads between the others without any one site", () => {
    for (const { site } of solver.networks) {
      const left = new Solver(state.filter((one) => !name(one).includes(site)));
      assert.equal(left.networks.length, 7, site);
      assert.deepEqual(unreached(left), [], site);
    }
  });

  it("grows by what each site has, whoever its peers are", () => {
    const own = (site: string) => state.filter((one) => ofLinks(one) && name(one).includes(site)).length;
    assert.deepEqual(
      ["frankfurt", "belgium", "paris"].map(own),
      // Lists, six rules, an attachment with its acceptance, routes of three zones; five rules and a spoke; rules and a connection.
      [13, 6, 7],
    );
  });

  it("has keys of tunnels that are secret wherever a state has them", () => {
    const keys = tunnelKeys(state);
    assert.ok(keys.length >= 120, `${keys.length} keys`);
    for (const key of keys) assert.ok(key.isSealed, key.name);
  });

  it("changes nothing when it is run again", async () => {
    assert.deepEqual(await stack.changes(), []);
  });
});

/** Whether a resource of a region is lost with it. Of a virtual WAN, which is everywhere, only what is written down is there. */
function isIn(one: Resource, region: string): boolean {
  if (one.type === "azure-native:network:VirtualWan") return false;
  return ofLinks(one) && [at(one, "region"), at(one, "location"), at(one, "edgeLocation")].includes(region);
}

describe("the solver sees that hubs lack something", () => {
  /** Types without any one of which some pair does not reach the other, or some listed port is closed. */
  const NEEDED = [
    "aws:ec2/route:Route",
    "aws:ec2/managedPrefixList:ManagedPrefixList",
    "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment",
    "aws:networkmanager/vpcAttachment:VpcAttachment",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "gcp:compute/firewall:Firewall",
    "azure-native:network:HubVirtualNetworkConnection",
    "azure-native:network:SecurityRule",
    "azure-native:network:VirtualWan",
  ];

  for (const type of NEEDED) {
    it(`when any one ${type} is removed`, () => {
      const removed = state.filter((one) => ofLinks(one) && one.type === type);
      assert.ok(removed.length > 0);
      for (const one of removed)
        seen(
          state.filter((other) => other !== one),
          one.urn,
        );
    });
  }

  it("when an attachment is not accepted, or a spoke waits for its review", () => {
    const accepters = state.filter(
      (one) => one.type.includes("AttachmentAccepter") && text(one, "attachmentType") === "VPC",
    );
    assert.equal(accepters.length, 3);
    for (const one of accepters)
      seen(
        state.filter((other) => other !== one),
        one.urn,
      );
    const spokes = state.filter((one) => one.type.endsWith(":Spoke") && text(one, "location") === "global");
    assert.equal(spokes.length, 2);
    for (const one of spokes) seen(changed(one, { state: "INACTIVE" }), one.urn);
  });

  it("when the tunnels of both hubs of a cloud are unknown to it", () => {
    const isTunnels = (one: Resource) => one.type.endsWith(":Spoke") && text(one, "location") !== "global";
    assert.equal(state.filter(isTunnels).length, 8);
    seen(
      state.filter((one) => !isTunnels(one)),
      "spokes",
    );
  });

  it("when a list lacks a range, or has one more", () => {
    const lists = state.filter(({ type }) => type.includes("managedPrefixList"));
    assert.equal(lists.length, 6);
    for (const one of lists) {
      const entries = at(one, "entries") as { cidr: string }[];
      for (const entry of entries)
        seen(changed(one, { entries: entries.filter((other) => other !== entry) }), entry.cidr);
    }
  });

  it("when a tunnel carries smaller packets", () => {
    const narrow = new Solver(state);
    for (const tunnel of narrow.tunnels) Object.assign(tunnel.ends[0], { mtuBytes: 1300 });
    assert.ok(unreached(narrow).length > 0);
  });

  it("when a firewall is opened wider", () => {
    const health = state.find((one) => name(one) === "dublin-health");
    assert.ok(health !== undefined);
    const wider = new Solver(changed(health, { toPort: 4250 }));
    assert.ok(wrongPorts(wider).some((one) => one.endsWith("to dublin: tcp 4241")));
  });

  it("when a fault is in any one part that a cloud would take", () => {
    const found = mutantsOf(state.filter(ofLinks));
    assert.ok(found.length >= 12, found.map(([what]) => what).join("; "));
    for (const [what, mutants] of found)
      for (const [one, outputs] of mutants) seen(changed(one, outputs), `${what}: ${one.urn}`);
  });

  function changed(one: Resource, outputs: object): Resource[] {
    return state.map((other) => (other === one ? { ...one, outputs: { ...one.outputs, ...outputs } } : other));
  }

  function seen(resources: readonly Resource[], what: string): void {
    assert.ok(isFaulty(new Solver(resources)), what);
  }
});
