const pulumi = require("@pulumi/pulumi");
const { Fleet, existing } = require("pulumi-multisite");
const { route53 } = require("pulumi-multisite/aws");
const { cloudDns } = require("pulumi-multisite/gcp");

const config = new pulumi.Config();
/** The service that answers the authority; absent: there is no gateway. */
const service = config.get("service");
/** State of the cellar. @default active */
const state = config.get("cellar");

const site = (name, number) => ({
  ...{ name, number, kind: "existing", provider: "vsphere", region: `${name}-1`, identity: `uid-of-${name}` },
  ...(name === "cellar" && state !== undefined && { state }),
  coordinates: { latitude: 50, longitude: 8 + number },
  allocatable: { cpu: 24, memoryGiB: 96, pods: 330, nodes: 6, verifiedAt: "2026-11-01" },
  cidrs: {
    ...{ nodes: [`192.168.${number}.0/24`], pods: [`172.${16 + number}.0.0/16`] },
    services: [`192.168.${16 + number}.0/24`],
  },
  endpoints: { ingress: [`203.0.113.${number}`] },
  tokenIssuer: `https://oidc.example.com/${name}`,
});

const sites = [site("attic", 1), site("cellar", 2)];
new Fleet("shop", {
  spec: {
    ...{ demand: { cpu: 10, memoryGiB: 30, pods: 100 }, sites },
    ...(state === "lost" && { degradedUntil: "2999-12-31" }),
    traffic: {
      ...{ domain: "shop.example.com", zone: "example.com" },
      providers: [
        { service: "route53", account: "111122223333" },
        { service: "cloudDns", project: "shop-production" },
      ],
      ...(service !== undefined && {
        gateway: {
          routes: [{ namespace: "default", service: "frontend", port: 80 }],
          ...{ certificate: { by: "acme", service }, namespaces: "given" },
        },
      }),
    },
  },
  ...{ kinds: [existing], services: [route53, cloudDns] },
  kubeconfigs: Object.fromEntries(sites.map(({ name }) => [name, pulumi.secret(kubeconfig(name))])),
});

function kubeconfig(name) {
  return JSON.stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": name },
    clusters: [{ name, cluster: { server: `https://${name}.example.com:6443` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { token: name } }],
  });
}
