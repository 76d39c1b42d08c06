const { Fleet } = require("pulumi-multisite");
const { eks } = require("pulumi-multisite/aws");
const { aks } = require("pulumi-multisite/azure");
const { gke } = require("pulumi-multisite/gcp");

const apiAccess = { mode: "private" };
const guid = (digit) => `${digit.repeat(8)}-1111-2222-3333-444444444444`;

const spec = {
  demand: { cpu: 10, memoryGiB: 30, pods: 100 },
  sites: [
    {
      ...{ name: "frankfurt", number: 1, kind: "eks", account: "111122223333", region: "eu-central-1", apiAccess },
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6 }],
    },
    {
      ...{ name: "belgium", number: 2, kind: "gke", project: "shop-production", region: "europe-west1", apiAccess },
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 6 }],
    },
    {
      ...{ name: "amsterdam", number: 3, kind: "aks", subscription: guid("a"), tenant: guid("b"), apiAccess },
      ...{ administrators: [guid("c")], region: "westeurope" },
      pools: [{ name: "apps", machineType: "Standard_D4s_v5", nodes: 6 }],
    },
  ],
};

const protect = ({ props, opts }) => ({ props, opts: { ...opts, protect: true } });

new Fleet("shop", { spec, kinds: [eks, gke, aks] }, { transforms: [protect] });
