const pulumi = require("@pulumi/pulumi");
const { Fleet } = require("pulumi-multisite");
const { eks, globalAccelerator, route53 } = require("pulumi-multisite/aws");
const { aks, frontDoor, trafficManager } = require("pulumi-multisite/azure");
const { cloudDns, gke, globalLoadBalancer } = require("pulumi-multisite/gcp");

const config = new pulumi.Config();
const service = config.require("front");
const drained = config.get("drained");
const guid = (digit) => `${digit.repeat(8)}-1111-2222-3333-444444444444`;
const common = (name, number, region) => ({
  ...{ name, number, region, apiAccess: { mode: "private" } },
  ...(name === drained && { state: "drained" }),
});

const aws = (name, number, region) => ({
  ...{ ...common(name, number, region), kind: "eks", account: "111122223333" },
  pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 9 }],
});
const azure = (name, number, region) => ({
  ...{ ...common(name, number, region), kind: "aks", subscription: guid("a"), tenant: guid("b") },
  administrators: [guid("c")],
  pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 9 }],
});

const google = (name, number, region) => ({
  ...{ ...common(name, number, region), kind: "gke", project: "shop-production" },
  pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 9 }],
});

const FLEETS = {
  globalAccelerator: {
    sites: [aws("frankfurt", 1, "eu-central-1"), aws("virginia", 2, "us-east-1"), aws("tokyo", 3, "ap-northeast-1")],
    front: { service, account: "111122223333" },
    failover: "nearest",
  },
  globalLoadBalancer: {
    sites: [
      google("belgium", 1, "europe-west1"),
      google("virginia", 2, "us-east4"),
      google("tokyo", 3, "asia-northeast1"),
    ],
    front: { service, project: "shop-production" },
    failover: "spread",
  },
  frontDoor: {
    sites: [azure("amsterdam", 1, "westeurope"), azure("virginia", 2, "eastus"), azure("tokyo", 3, "japaneast")],
    front: { service, subscription: guid("a"), tenant: guid("b") },
    failover: "spread",
  },
};
const { sites, front, failover } = FLEETS[service];
const pem = config.getObject("pem");
const routes = [{ namespace: "shop", service: "frontend", port: 80 }];

const fleet = new Fleet("shop", {
  spec: {
    ...{ demand: { cpu: 20, memoryGiB: 60, pods: 200 }, sites },
    traffic: {
      ...{ domain: "shop.example.com", zone: "example.com", front, failover },
      ...(pem && { gateway: { routes, certificate: { by: "given" } } }),
      providers: [
        { service: "route53", account: "111122223333" },
        { service: "cloudDns", project: "shop-production" },
        { service: "trafficManager", subscription: guid("a"), tenant: guid("b") },
      ],
    },
  },
  ...(pem && { publicCertificates: Object.fromEntries(sites.map(({ name }) => [name, pem])) }),
  kinds: [eks, gke, aks],
  services: [route53, cloudDns, trafficManager, globalAccelerator, globalLoadBalancer, frontDoor],
});
module.exports = { nameServers: fleet.endpoint.nameServers };
