import { Fleet, type FleetSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { aks } from "pulumi-multisite/azure";
import { gke } from "pulumi-multisite/gcp";

/** A shop on three clouds. Any one of them may be lost: the other two carry the whole demand. */
const spec: FleetSpec = {
  demand: { cpu: 34, memoryGiB: 120, pods: 400 },
  sites: [
    {
      name: "frankfurt",
      number: 1,
      kind: "eks",
      account: "111122223333",
      region: "eu-central-1",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6 }],
    },
    {
      name: "belgium",
      number: 2,
      kind: "gke",
      project: "shop-production",
      region: "europe-west1",
      apiAccess: { mode: "dns" },
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 6 }],
    },
    {
      name: "amsterdam",
      number: 3,
      kind: "aks",
      subscription: "00000000-1111-2222-3333-444444444444",
      tenant: "55555555-6666-7777-8888-999999999999",
      administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
      region: "westeurope",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 6 }],
    },
  ],
};

const fleet = new Fleet("shop", { spec, kinds: [eks, gke, aks] });

export const verdict = fleet.plan.capacity.verdict;
export const sites = Object.keys(fleet.sites);
