import { PrivateKey } from "@pulumi/tls";
import { Fleet, type FleetSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { aks } from "pulumi-multisite/azure";
import { gke } from "pulumi-multisite/gcp";

type Site = FleetSpec["sites"][number];
const common = { apiAccess: { mode: "private" as const } };

const onAws = (name: string, number: number, region: string): Site => ({
  ...{ ...common, name, number, region, kind: "eks", account: "111122223333" },
  pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 4 }],
});
const onGoogle = (name: string, number: number, region: string): Site => ({
  ...{ ...common, name, number, region, kind: "gke", project: "shop-production" },
  pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 3 }],
});
const onAzure = (name: string, number: number, region: string): Site => ({
  ...{ ...common, name, number, region, kind: "aks" },
  subscription: "00000000-1111-2222-3333-444444444444",
  tenant: "55555555-6666-7777-8888-999999999999",
  administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
  pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 4 }],
});

/** Eight regions, and more to come: too many for a link between each two. The hubs are a network team's, in accounts of its own. */
const spec: FleetSpec = {
  demand: { cpu: 50, memoryGiB: 180, pods: 800 },
  sites: [
    onAws("frankfurt", 1, "eu-central-1"),
    onAws("dublin", 2, "eu-west-1"),
    onAws("stockholm", 3, "eu-north-1"),
    onGoogle("belgium", 4, "europe-west1"),
    onGoogle("eemshaven", 5, "europe-west4"),
    onAzure("amsterdam", 6, "westeurope"),
    onAzure("cork", 7, "northeurope"),
    onAzure("paris", 8, "francecentral"),
  ],
  underlay: {
    topology: "hubs",
    hubs: {
      aws: [{ region: "eu-central-1" }, { region: "eu-west-1" }],
      gcp: [{ region: "europe-west1" }, { region: "europe-west4" }],
      azure: [{ region: "westeurope" }, { region: "northeurope" }],
    },
    hubOwners: {
      aws: { account: "444455556666", roleArn: "arn:aws:iam::444455556666:role/network" },
      gcp: { project: "shop-network" },
      azure: { subscription: "99999999-1111-2222-3333-444444444444" },
    },
  },
};

/** Google and Azure make no keys for their tunnels: theirs derive from this. */
const tunnels = new PrivateKey("tunnels", { algorithm: "ED25519" });

const fleet = new Fleet("shop", { spec, kinds: [eks, gke, aks], tunnelSecret: tunnels.privateKeyPem });

export const narrowestMtuBytes = fleet.plan.underlay?.mtuBytes;
