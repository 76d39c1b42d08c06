import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, it } from "node:test";
import { reportedHere } from "../../support/commandLine";
import { programWith } from "../../support/multisite";

const TENANT = "00000000-1111-2222-3333-444444444444";
const SUBNETS = `/subscriptions/${TENANT}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets`;

const dir = programWith(`{
  demand: { cpu: 5, memoryGiB: 10, pods: 50 },
  sites: [
    site("a", 1, "eu-central-1", { network: { vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef2"],
      loadBalancerSubnetIds: ["subnet-0123456789abcdef3", "subnet-0123456789abcdef4"] } }),
    { kind: "gke", name: "b", number: 2, region: "europe-west1", project: "shop-production", apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 3 }],
      network: { network: "shared", subnetwork: "projects/host-project/regions/europe-west1/subnetworks/nodes",
        podRangeName: "pods", serviceRangeName: "services" } },
    { kind: "aks", name: "c", number: 3, region: "westeurope", subscription: "${TENANT}", tenant: "${TENANT}",
      administrators: ["${TENANT}"], apiAccess: { mode: "allowlist", cidrs: ["203.0.114.0/24"] },
      pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 3 }],
      network: { subnetId: "${SUBNETS}/nodes", loadBalancerSubnetId: "${SUBNETS}/load-balancers" } },
  ],
}`);
after(() => rmSync(dir, { recursive: true, force: true }));

it("sites in networks that a team was given make none, and rehearse", async () => {
  const { exit, report, stderr } = await reportedHere(["rehearse", dir]);
  assert.equal(exit, 0, stderr);
  assert.equal(report.capacity.holds, true);
  const networks = report.resources.filter(({ type }) => /:(Vpc|Network|VirtualNetwork|Subnet|Subnetwork)$/.test(type));
  assert.deepEqual(networks, []);
  const cluster = report.resources.find(({ type }) => type === "aws:eks/cluster:Cluster");
  assert.equal((cluster!.inputs.vpcConfig as { subnetIds: string[] }).subnetIds.length, 3);
});
