const pulumi = require("@pulumi/pulumi");
const { Fleet, FleetWorkload, existing } = require("pulumi-multisite");
const { eks, route53 } = require("pulumi-multisite/aws");
const { aks, trafficManager } = require("pulumi-multisite/azure");
const { cloudDns, gke } = require("pulumi-multisite/gcp");

const apiAccess = { mode: "private" };
const guid = (digit) => `${digit.repeat(8)}-1111-2222-3333-444444444444`;
const config = new pulumi.Config();
/** The service that answers the authority; absent: the certificates are given. */
const service = config.get("service");
const drained = config.get("drained");
const pem = config.getSecretObject("pem");
/** Names of the sites. @default all of them */
const only = config.get("sites")?.split(",");
const state = (name) => (name === drained ? { state: "drained" } : {});

const sites = [
  {
    ...{ name: "frankfurt", number: 1, kind: "eks", account: "111122223333", region: "eu-central-1", apiAccess },
    ...state("frankfurt"),
    pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 9 }],
  },
  {
    ...{ name: "belgium", number: 2, kind: "gke", project: "shop-production", region: "europe-west1", apiAccess },
    ...state("belgium"),
    pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 9 }],
  },
  {
    ...{ name: "amsterdam", number: 3, kind: "aks", subscription: guid("a"), tenant: guid("b"), apiAccess },
    ...{ administrators: [guid("c")], region: "westeurope", ...state("amsterdam") },
    pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 9 }],
  },
  {
    ...{ name: "cellar", number: 4, kind: "existing", provider: "vsphere", region: "mainz", identity: "uid" },
    coordinates: { latitude: 50, longitude: 8.3 },
    allocatable: { cpu: 24, memoryGiB: 96, pods: 330, nodes: 6, verifiedAt: "2026-11-01" },
    cidrs: { nodes: ["192.168.0.0/24"], pods: ["192.168.64.0/18"], services: ["192.168.2.0/24"] },
    endpoints: { ingress: ["203.0.113.7"] },
    tokenIssuer: "https://oidc.example.com/cellar",
  },
].filter(({ name }) => only === undefined || only.includes(name));

const spec = {
  ...{ demand: { cpu: 20, memoryGiB: 60, pods: 200 }, sites },
  traffic: {
    ...{ domain: "shop.example.com", zone: "example.com" },
    providers: [
      { service: "route53", account: "111122223333" },
      { service: "cloudDns", project: "shop-production" },
      { service: "trafficManager", subscription: guid("a"), tenant: guid("b") },
    ],
    ...(config.get("entered") !== "no" && {
      gateway: {
        routes: [
          { namespace: "shop", service: "frontend", port: 80, check: "/healthz" },
          { path: "/api", namespace: "orders", service: "api", port: 8080 },
        ],
        certificate: service === undefined ? { by: "given" } : { by: "acme", service },
      },
    }),
  },
  ...(config.get("trust") && {
    trust: {
      ...{ trustDomain: "shop.example.com", signers: config.get("trust") === "unsigned" ? [] : ["certManager"] },
      rotation: { revision: 0, generations: [{ name: "g1", state: "active" }] },
    },
  }),
};

const kubeconfig = JSON.stringify({
  ...{ apiVersion: "v1", kind: "Config", "current-context": "cellar" },
  clusters: [{ name: "cellar", cluster: { server: "https://192.168.2.1:6443" } }],
  contexts: [{ name: "cellar", context: { cluster: "cellar", user: "cellar" } }],
  users: [{ name: "cellar", user: { token: "cellar" } }],
});

const fleet = new Fleet("shop", {
  ...{ spec, kinds: [eks, gke, aks, existing], services: [route53, cloudDns, trafficManager] },
  kubeconfigs: { cellar: pulumi.secret(kubeconfig) },
  ...(spec.trust && { trust: require("pulumi-multisite/trust").builtTrust() }),
  ...(service === undefined && {
    publicCertificates: Object.fromEntries(
      sites.map(({ name }) => [name, { certificate: pem.certificate, key: pem.key }]),
    ),
  }),
});

/** What runs behind the gateway, in namespaces of its routes. */
const manifests = config.get("manifests");
if (manifests) {
  const existingNamespaces = config.get("existingNamespaces")?.split(",") ?? [];
  new FleetWorkload("shop", { fleet, manifests, existingNamespaces });
}
