import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { LinkStack, type LinkStackArgs } from "../../lib";
import { eks } from "../../lib/aws";
import { aks } from "../../lib/azure";
import { gke } from "../../lib/gcp";
import { type Graph, isSecret, record } from "../support/graph";
import { aksSite, eksSite, fleetSpec, gkeSite } from "../support/specs";

const sites = () => [eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3)];
const mesh = fleetSpec(sites(), { underlay: {} });
const hubs = fleetSpec(sites(), {
  underlay: {
    topology: "hubs",
    hubs: {
      aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }],
      gcp: [{ region: "europe-west1" }, { region: "europe-west4" }],
      azure: [{ region: "westeurope" }, { region: "northeurope" }],
    },
    hubOwners: { gcp: { project: "shop-network", members: ["serviceAccount:sites@shop.iam.gserviceaccount.com"] } },
  },
});

/** What any site or hub left, as far as a link reads it. */
const HANDLE = {
  ...{
    vpcId: "vpc-1",
    subnetIds: ["subnet-1"],
    tables: {},
    transitGatewayId: "tgw-1",
    coreNetworkId: "core-network-1",
  },
  ...{ network: "projects/p/global/networks/n", vpnGateway: "gw", router: "router", routerName: "router", hub: "hub" },
  ...{ vnetId: "/subscriptions/s/v", vnetName: "v", group: "group", gatewayId: "gw", gatewayName: "gw", wan: "wan" },
  ...{ configurations: ["Instance0", "Instance1"], addresses: ["52.0.0.1", "52.0.0.2"] },
};
const ends = () => HANDLE;

function graphOf(args: LinkStackArgs): Promise<Graph> {
  return record(() => void new LinkStack("shop", args), {
    outputs: (type) => {
      if (type.includes("vpnConnection"))
        return { tunnel1Address: "3.0.0.1", tunnel1PresharedKey: pulumi.secret("k1") };
      if (type.includes("haVpnGateway"))
        return { vpnInterfaces: [{ ipAddress: "35.0.0.1" }, { ipAddress: "35.0.0.2" }] };
      if (type.endsWith(":VpnGateway")) return { ipConfigurations: [{ id: "Instance0", publicIpAddress: "20.0.0.1" }] };
      return {};
    },
  });
}

const types = ({ resources }: Graph) => [...new Set(resources.map(({ type }) => type.split(":").at(-1)))];

describe("a stack of links", () => {
  it("has the links of its clouds alone, each resource by a provider of its own site", async () => {
    const graph = await graphOf({ spec: mesh, kinds: [eks, gke], stack: "links-aws-gcp", ends });
    assert.equal(graph.all("aws:ec2/vpnConnection:VpnConnection").length, 2);
    assert.equal(graph.all("gcp:compute/vPNTunnel:VPNTunnel").length, 4);
    assert.ok(types(graph).every((type) => type !== "VirtualNetworkGatewayConnection"));
    for (const { type, provider, urn } of graph.resources) {
      if (/^(aws|gcp):/.test(type)) assert.match(provider, /frankfurt|belgium/, urn);
    }
  });

  it("derives keys that nobody makes, each a secret", async () => {
    const args = { spec: mesh, kinds: [gke, aks], stack: "links-gcp-azure", ends, tunnelSecret: "0".repeat(32) };
    const graph = await graphOf(args);
    const keys = graph.all("gcp:compute/vPNTunnel:VPNTunnel").map(({ inputs }) => inputs.sharedSecret);
    assert.equal(keys.length, 2);
    assert.ok(keys.every(isSecret));
    assert.equal(new Set(keys.map((key) => JSON.stringify(key))).size, 2);
  });

  it("of one cloud has its wide area network, hubs and attachments, and leaves the hubs to the pairs", async () => {
    let left: object = {};
    const graph = await record(
      () => {
        left = new LinkStack("shop", { spec: hubs, kinds: [gke], stack: "links-gcp", ends }).hubEnds;
      },
      { outputs: (type) => (type.includes("haVpnGateway") ? { vpnInterfaces: [{ ipAddress: "35.0.0.1" }] } : {}) },
    );
    assert.deepEqual(Object.keys(left), ["gcp-hub-1", "gcp-hub-2"]);
    assert.equal(graph.all("gcp:networkconnectivity/spoke:Spoke").length, 1);
    const { inputs } = graph.one("gcp:networkconnectivity/group:Group", "gcp-wan");
    assert.deepEqual(inputs.autoAccept, { autoAcceptProjects: ["shop-production"] });
    const [member] = graph.all("gcp:networkconnectivity/hubIamMember:HubIamMember");
    assert.equal(member?.inputs.role, "roles/networkconnectivity.groupUser");
    assert.equal(graph.all("gcp:compute/vPNTunnel:VPNTunnel").length, 0);
  });

  it("of two clouds has the tunnels between their hubs, and no site", async () => {
    const graph = await graphOf({ spec: hubs, kinds: [eks, aks], stack: "links-aws-azure", ends, hubEnds: ends });
    assert.equal(graph.all("aws:networkmanager/siteToSiteVpnAttachment:SiteToSiteVpnAttachment").length, 8);
    assert.equal(graph.all("azure-native:network:VpnConnection").length, 4);
    assert.deepEqual(graph.all("aws:networkmanager/vpcAttachment:VpcAttachment"), []);
    assert.deepEqual(
      graph.resources
        .filter(({ type }) => type.startsWith("pulumi:providers:"))
        .map(({ name }) => name)
        .sort(),
      ["aws-wan", "azure-wan"],
    );
  });
});

describe("hubs in other subscriptions", () => {
  it("are let into the networks of the sites, where a principal is named", async () => {
    const principal = "12121212-1111-2222-3333-444444444444";
    const azure = { subscription: "99999999-1111-2222-3333-444444444444", principal };
    const spec = { ...hubs, underlay: { ...hubs.underlay, hubOwners: { azure } } };
    const graph = await graphOf({ spec, kinds: [aks], stack: "links-azure", ends });
    const role = graph.one("azure-native:authorization:RoleAssignment", "amsterdam-wan");
    assert.equal(role.inputs.principalId, principal);
    assert.match(role.provider, /amsterdam/);
    const connection = graph.one("azure-native:network:HubVirtualNetworkConnection", "amsterdam");
    assert.match(connection.provider, /azure-wan/);
    assert.ok(connection.dependsOn.includes(role.urn));
  });
});

/** What is wrong with the arguments of a stack. */
const REFUSED: readonly [string, Partial<LinkStackArgs>, RegExp][] = [
  [
    "a stack that is none",
    { stack: "links" },
    /stack is "links": give one of links-aws-azure, links-aws-gcp, links-gcp-azure/,
  ],
  [
    "a stack whose sites are lost, and says what to do with it",
    {
      stack: "links-aws-azure",
      spec: fleetSpec([eksSite("frankfurt", 1), gkeSite("belgium", 2), aksSite("amsterdam", 3, { state: "lost" })], {
        ...{ underlay: {}, degradedUntil: "2026-12-31" },
      }),
    },
    /stack is "links-aws-azure", which has nothing to link while sites are lost or leaving: leave the stack as it is/,
  ],
  ["kinds that do not build its clouds", { kinds: [eks] }, /kinds has no "gke", whose networks links-aws-gcp links/],
  ["keys that nobody makes", { stack: "links-gcp-azure" }, /tunnelSecret is missing/],
  [
    "keys of a secret that is soon guessed, which it does not say",
    { stack: "links-gcp-azure", tunnelSecret: "swordfish" },
    /^(?!.*swordfish).*tunnelSecret is a text of 9 characters, .* give 32 characters or more that nobody can guess/s,
  ],
  [
    "all of that at once",
    { stack: "links-gcp-azure", kinds: "gke", ends: undefined } as never,
    /has 4 problems:.*ends is missing.*tunnelSecret is missing.*kinds has no "gke".*kinds has no "aks"/s,
  ],
  [
    "a spec that cannot be planned, with what else is missing",
    { spec: 5, ends: 5 } as never,
    /ends is missing.*spec is 5/s,
  ],
  ["hubs of nobody", { spec: hubs }, /hubEnds is missing: give what links-aws and links-gcp exported/],
  [
    "hubs in an account that the sites' credentials are not of",
    {
      spec: { ...hubs, underlay: { ...hubs.underlay, hubOwners: { aws: { account: "444455556666" } } } },
      ...{ kinds: [eks], stack: "links-aws" },
    },
    /hubOwners\.aws\.roleArn is missing: the hubs are in account 444455556666 and site frankfurt in 111122223333/,
  ],
  ["a spec without links", { spec: fleetSpec(sites()) }, /spec\.underlay links nothing/],
];

it("a stack of links without arguments says what is missing", async () => {
  await record(() => {
    assert.throws(() => new LinkStack("shop", undefined as never), /ends is missing.*spec is missing/s);
  });
});

describe("a stack of links refuses", () => {
  for (const [what, wrong, message] of REFUSED) {
    it(what, async () => {
      const args = { spec: mesh, kinds: [eks, gke, aks], stack: "links-aws-gcp", ends, ...wrong };
      await record(() => {
        assert.throws(
          () => new LinkStack("shop", args),
          (error: Error) => {
            assert.ok(pulumi.RunError.isInstance(error));
            assert.match(error.message, message);
            return true;
          },
        );
      });
    });
  }
});
