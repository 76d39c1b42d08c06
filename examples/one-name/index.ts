import { Fleet, type FleetSpec } from "pulumi-multisite";
import { eks, route53 } from "pulumi-multisite/aws";
import { aks } from "pulumi-multisite/azure";
import { cloudDns, gke } from "pulumi-multisite/gcp";

/** A shop on three clouds behind one name. Any site may be lost, and either of the two DNS services. */
const spec: FleetSpec = {
  demand: { cpu: 26, memoryGiB: 90, pods: 300 },
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
      name: "iowa",
      number: 2,
      kind: "gke",
      project: "shop-production",
      region: "us-central1",
      apiAccess: { mode: "dns" },
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 6 }],
    },
    {
      name: "singapore",
      number: 3,
      kind: "aks",
      subscription: "00000000-1111-2222-3333-444444444444",
      tenant: "55555555-6666-7777-8888-999999999999",
      administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
      region: "southeastasia",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 6 }],
    },
  ],
  traffic: {
    domain: "shop.example.com",
    zone: "example.com",
    // Measured: where the users are, not where the machines are.
    users: { frankfurt: 0.4, iowa: 0.35, singapore: 0.25 },
    providers: [
      { service: "route53", account: "111122223333" },
      { service: "cloudDns", project: "shop-production" },
    ],
    // Users' TLS ends in each site, by a certificate that the site gets and renews itself.
    gateway: {
      routes: [{ namespace: "shop", service: "frontend", port: 80, check: "/healthz" }],
      certificate: { by: "acme", email: "platform@example.com" },
    },
  },
};

const fleet = new Fleet("shop", { spec, kinds: [eks, gke, aks], services: [route53, cloudDns] });

/** Enter all of them at the registrar of example.com. */
export const nameServers = fleet.endpoint?.nameServers;
export const verdict = fleet.plan.capacity.verdict;
