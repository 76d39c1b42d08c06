import { PrivateKey } from "@pulumi/tls";
import { Fleet, type FleetSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { aks } from "pulumi-multisite/azure";
import { gke } from "pulumi-multisite/gcp";

const common = { apiAccess: { mode: "private" as const } };
const aws = { ...common, kind: "eks" as const, account: "111122223333" };

/** A shop on three clouds whose networks are linked: peering within AWS, VPNs with BGP between the clouds. */
const spec: FleetSpec = {
  demand: { cpu: 34, memoryGiB: 120, pods: 400 },
  sites: [
    {
      ...aws,
      name: "frankfurt",
      number: 1,
      region: "eu-central-1",
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6 }],
    },
    {
      ...common,
      name: "belgium",
      number: 2,
      kind: "gke",
      project: "shop-production",
      region: "europe-west1",
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 6 }],
    },
    {
      ...common,
      name: "amsterdam",
      number: 3,
      kind: "aks",
      subscription: "00000000-1111-2222-3333-444444444444",
      tenant: "55555555-6666-7777-8888-999999999999",
      administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
      region: "westeurope",
      pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 6 }],
    },
    {
      ...aws,
      name: "dublin",
      number: 4,
      region: "eu-west-1",
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6 }],
    },
  ],
  underlay: {},
};

/** Google and Azure make no keys for their tunnels: theirs derive from this. */
const tunnels = new PrivateKey("tunnels", { algorithm: "ED25519" });

const fleet = new Fleet("shop", { spec, kinds: [eks, gke, aks], tunnelSecret: tunnels.privateKeyPem });

export const narrowestMtuBytes = fleet.plan.underlay?.mtuBytes;
