import * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetSpec, type MeshCredentials, type SiteSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { aks } from "pulumi-multisite/azure";
import { gke } from "pulumi-multisite/gcp";
import { fleetPlan, type RotationSpec } from "pulumi-multisite/plan";
import { builtTrust, Trust } from "pulumi-multisite/trust";

/** The sites of `examples/three-clouds`, a fourth that joins later, and a fifth that should not. */
const pools = (machineType: string) => [{ name: "apps", machineType, nodes: 6 }];
const all: SiteSpec[] = [
  {
    name: "frankfurt",
    number: 1,
    kind: "eks",
    account: "111122223333",
    region: "eu-central-1",
    apiAccess: { mode: "private" },
    pools: pools("m6i.xlarge"),
  },
  {
    name: "belgium",
    number: 2,
    kind: "gke",
    project: "shop-production",
    region: "europe-west1",
    apiAccess: { mode: "dns" },
    pools: pools("n2-standard-4"),
  },
  {
    name: "amsterdam",
    number: 3,
    kind: "aks",
    subscription: "00000000-1111-2222-3333-444444444444",
    tenant: "55555555-6666-7777-8888-999999999999",
    administrators: ["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"],
    region: "westeurope",
    apiAccess: { mode: "private" },
    pools: pools("Standard_D4s_v5"),
  },
  {
    name: "dublin",
    number: 4,
    kind: "eks",
    account: "111122223333",
    region: "eu-west-1",
    apiAccess: { mode: "private" },
    pools: pools("m6i.xlarge"),
  },
  {
    name: "stockholm",
    number: 5,
    kind: "eks",
    account: "111122223333",
    region: "eu-north-1",
    apiAccess: { mode: "private" },
    pools: pools("m6i.xlarge"),
  },
];

const config = new pulumi.Config();

/** States of the sites in this rehearsal; one that is not named is not there. */
const states = config.requireObject<Record<string, SiteSpec["state"]>>("states");

const rotation = config.getObject<RotationSpec>("rotation");

const spec: FleetSpec = {
  demand: { cpu: 34, memoryGiB: 120, pods: 400 },
  sites: all.filter(({ name }) => name in states).map((site) => ({ ...site, state: states[site.name] ?? "active" })),
  degradedUntil: "2027-12-24",
  // The least that a spec may say: the test waits for it.
  mesh: { cacheTtlSeconds: 30 },
  trust: { trustDomain: "shop.example.com", hubble: false, ...(rotation && { rotation }) },
};

/** What a site would prove itself with whose certificates come from another authority: all is as it should be but that. */
function strangersCredentials(site: string): MeshCredentials {
  const { pairs, roots } = new Trust("stranger", { plan: fleetPlan(spec).trust! }).sites[site]!;
  const { meshServer, meshAdmin, meshRemote, meshLocal } = pairs;
  return { server: meshServer!, admin: meshAdmin!, remote: meshRemote!, local: meshLocal!, roots };
}

const foreign = config.get("foreign");

new Fleet("shop", {
  spec,
  kinds: [eks, gke, aks],
  trust: builtTrust(),
  ...(foreign !== undefined && { meshCredentials: { [foreign]: strangersCredentials(foreign) } }),
});
