const pulumi = require("@pulumi/pulumi");
const tls = require("@pulumi/tls");
const { existing, Site } = require("pulumi-multisite");
const { fleetPlan } = require("pulumi-multisite/plan");
const { Trust } = require("pulumi-multisite/trust");

const config = new pulumi.Config();
/** `aws`, `gcp` or `azure`; and the stack: `trust`, or the name of a site. */
const [cloud, part] = [config.require("cloud"), config.require("part")];
const site = (name, number) => ({
  ...{ kind: "existing", name, number, provider: "vsphere", region: name, identity: name },
  allocatable: { cpu: 32, memoryGiB: 128, pods: 880, nodes: 8, verifiedAt: "2026-11-01" },
  cidrs: {
    nodes: [`192.168.${number}.0/24`],
    pods: [`172.2${number}.0.0/16`],
    services: [`192.168.10${number}.0/24`],
  },
});
const trust = {
  trustDomain: "shop.example.com",
  signers: ["istio"],
  delivery: { by: "secretStore", store: JSON.parse(config.require("store")) },
};
const sites = [site("oslo", 1), site("bergen", 2), site("turku", 3)];
const plan = fleetPlan({ demand: { cpu: 4, memoryGiB: 8, pods: 20 }, sites, trust });

if (part === "trust") {
  const writers = {
    aws: () => require("pulumi-multisite/aws").awsSecretsManager(),
    gcp: () => require("pulumi-multisite/gcp").googleSecretManager(),
    azure: () => require("pulumi-multisite/azure").azureKeyVault(),
  };
  const provider = new tls.Provider("tls");
  exports.sites = new Trust("shop", { plan: plan.trust, store: writers[cloud]() }, { provider }).exports;
} else {
  const readers = {
    aws: () => require("pulumi-multisite/aws").awsStoredTrust(),
    gcp: () => require("pulumi-multisite/gcp").googleStoredTrust(),
  };
  const own = readers[cloud]()("shop", plan.trust, {})[part];
  const kubeconfig = JSON.stringify({
    ...{ apiVersion: "v1", kind: "Config", "current-context": "site", users: [{ name: "site", user: {} }] },
    clusters: [{ name: "site", cluster: { server: "https://site.example.com" } }],
    contexts: [{ name: "site", context: { cluster: "site", user: "site" } }],
  });
  const planned = plan.sites.find(({ name }) => name === part);
  new Site(part, { plan: planned, kind: existing, maximumSites: 255, kubeconfig, trust: own });
}
