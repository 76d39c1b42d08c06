const pulumi = require("@pulumi/pulumi");
const { Fleet, existing } = require("pulumi-multisite");
const { eks, route53 } = require("pulumi-multisite/aws");
const { aks, trafficManager } = require("pulumi-multisite/azure");
const { cloudDns, gke } = require("pulumi-multisite/gcp");

const apiAccess = { mode: "private" };
const guid = (digit) => `${digit.repeat(8)}-1111-2222-3333-444444444444`;
const config = new pulumi.Config();
const drained = config.get("drained");
const failover = config.get("failover") ?? "spread";
const steering = config.get("steering") ?? "geoproximity";
const state = (name) => (name === drained ? { state: "drained" } : {});

const aws = (name, number, region, nodes) => ({
  ...{ name, number, kind: "eks", account: "111122223333", region, apiAccess, ...state(name) },
  pools: [{ name: "apps", machineType: "m6i.xlarge", nodes }],
});

const spec = {
  demand: { cpu: 20, memoryGiB: 60, pods: 200 },
  sites: [
    aws("frankfurt", 1, "eu-central-1", 9),
    {
      ...{ name: "belgium", number: 2, kind: "gke", project: "shop-production", region: "europe-west1", apiAccess },
      ...state("belgium"),
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 6 }],
    },
    {
      ...{ name: "amsterdam", number: 3, kind: "aks", subscription: guid("a"), tenant: guid("b"), apiAccess },
      ...{ administrators: [guid("c")], region: "westeurope", ...state("amsterdam") },
      pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 6 }],
    },
    aws("virginia", 4, "us-east-1", 12),
    {
      ...{ name: "cellar", number: 5, kind: "existing", provider: "vsphere", region: "mainz", identity: "uid" },
      coordinates: { latitude: 50, longitude: 8.3 },
      allocatable: { cpu: 24, memoryGiB: 96, pods: 330, nodes: 6, verifiedAt: "2026-11-01" },
      cidrs: { nodes: ["192.168.0.0/24"], pods: ["192.168.64.0/18"], services: ["192.168.2.0/24"] },
      endpoints: { ingress: ["203.0.113.7"] },
      ...state("cellar"),
    },
    // By latency Route 53 takes one site for each of its regions, and the cellar is beside frankfurt.
  ].filter(({ name }) => steering === "geoproximity" || name !== "cellar"),
  traffic: {
    ...{ domain: "shop.example.com", zone: "example.com", failover },
    providers: [
      { service: "route53", account: "111122223333", steering },
      { service: "cloudDns", project: "shop-production" },
      { service: "trafficManager", subscription: guid("a"), tenant: guid("b") },
    ],
  },
};

const kubeconfig = JSON.stringify({
  ...{ apiVersion: "v1", kind: "Config", "current-context": "cellar" },
  clusters: [{ name: "cellar", cluster: { server: "https://192.168.2.1:6443" } }],
  contexts: [{ name: "cellar", context: { cluster: "cellar", user: "cellar" } }],
  users: [{ name: "cellar", user: { token: "cellar" } }],
});

const fleet = new Fleet("shop", {
  spec,
  kinds: [eks, gke, aks, existing],
  services: [route53, cloudDns, trafficManager],
  kubeconfigs: steering === "geoproximity" ? { cellar: pulumi.secret(kubeconfig) } : {},
});
module.exports = { nameServers: fleet.endpoint.nameServers };
