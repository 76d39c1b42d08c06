const pulumi = require("@pulumi/pulumi");
const { existing, Fleet } = require("pulumi-multisite");

const states = new pulumi.Config().requireObject("states");

const sites = Object.entries(states).map(([name, state], index) => ({
  ...{
    name,
    number: index + 1,
    kind: "existing",
    provider: "vsphere",
    region: name,
    identity: `uid-of-${name}`,
    state,
  },
  allocatable: { cpu: 32, memoryGiB: 128, pods: 880, nodes: 8, verifiedAt: "2026-11-01" },
  cidrs: {
    nodes: [`10.${index + 1}.0.0/24`],
    pods: [`10.${index + 1}.64.0/18`],
    services: [`10.${index + 1}.128.0/18`],
  },
  endpoints: { mesh: [`10.${index + 1}.0.9`] },
}));

const pair = { certificate: "certificate", key: pulumi.secret("key") };
const credentials = { server: pair, admin: pair, remote: pair, local: pair, roots: "roots" };

const kubeconfig = (name) =>
  JSON.stringify({
    clusters: [{ name, cluster: { server: `https://${name}.invalid:6443` } }],
    users: [{ name, user: { token: "none" } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });

new Fleet("shop", {
  spec: { demand: { cpu: 16, memoryGiB: 48, pods: 200 }, sites, mesh: { mtuBytes: 1370 } },
  kinds: [existing],
  kubeconfigs: Object.fromEntries(sites.map(({ name }) => [name, kubeconfig(name)])),
  meshCredentials: Object.fromEntries(sites.map(({ name }) => [name, credentials])),
});
