const { SecurityGroup } = require("@pulumi/aws/ec2/securityGroup");
const pulumi = require("@pulumi/pulumi");
const { Fleet } = require("pulumi-multisite");
const { eks } = require("pulumi-multisite/aws");
const { aks } = require("pulumi-multisite/azure");
const { gke } = require("pulumi-multisite/gcp");

const config = new pulumi.Config();
const apiAccess = { mode: "private" };
const guid = (digit) => `${digit.repeat(8)}-1111-2222-3333-444444444444`;
const pools = (machineType) => [{ name: "apps", machineType, nodes: 6 }];

const spec = {
  demand: { cpu: 20, memoryGiB: 60, pods: 200 },
  sites: [
    {
      ...{ name: "frankfurt", number: 1, kind: "eks", account: "111122223333", region: "eu-central-1", apiAccess },
      pools: pools("m6i.xlarge"),
    },
    {
      ...{ name: "belgium", number: 2, kind: "gke", project: "shop-production", region: "europe-west1", apiAccess },
      pools: pools("n2-standard-4"),
    },
    {
      ...{ name: "amsterdam", number: 3, kind: "aks", subscription: guid("a"), tenant: guid("b"), apiAccess },
      ...{ administrators: [guid("c")], region: "westeurope", pools: pools("Standard_D4s_v5") },
    },
  ],
  mesh: { ciliumVersion: config.get("ciliumVersion") ?? "1.19" },
  underlay: {},
};

/** Texts in place of certificates: nobody reads them here. */
const pair = (part) => ({ certificate: part, key: pulumi.secret(`the key of ${part}`) });
const credentials = (site) => ({
  ...Object.fromEntries(["server", "admin", "remote", "local"].map((part) => [part, pair(`${site} ${part}`)])),
  roots: "roots",
});

const fleet = new Fleet("shop", {
  ...{ spec, kinds: [eks, gke, aks], tunnelSecret: pulumi.secret("of the tunnels, 32 characters long") },
  meshCredentials: Object.fromEntries(spec.sites.map(({ name }) => [name, credentials(name)])),
});

// What a team may add beside the fleet: an opening to networks that no site has.
const source = config.get("source");
if (source !== undefined) {
  const ingress = [{ protocol: "udp", fromPort: 8472, toPort: 8472, cidrBlocks: [source] }];
  new SecurityGroup("added", { ingress }, { provider: fleet.sites.frankfurt.cloud });
}
