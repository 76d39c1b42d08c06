import * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetSpec, LinkStack } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";
import { gke } from "pulumi-multisite/gcp";
import { fleetPlan } from "pulumi-multisite/plan";

const aws = { kind: "eks" as const, account: "111122223333", apiAccess: { mode: "private" as const } };

/** Every stack plans by this one spec. */
const spec: FleetSpec = {
  demand: { cpu: 16, memoryGiB: 60, pods: 300 },
  sites: [
    {
      ...aws,
      name: "frankfurt",
      number: 1,
      region: "eu-central-1",
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 4 }],
    },
    {
      ...aws,
      name: "dublin",
      number: 2,
      region: "eu-west-1",
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 4 }],
    },
    {
      name: "belgium",
      number: 3,
      kind: "gke",
      project: "shop-production",
      region: "europe-west1",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "n2-standard-4", nodes: 3 }],
    },
  ],
  underlay: {},
};
const kinds = [eks, gke];

/** Stacks "links-aws" and "links-aws-gcp": what is between the sites, from what their stack exported. */
const stack = pulumi.getStack();
const isLinks = fleetPlan(spec).underlay?.stacks.some(({ name }) => name === stack);
if (isLinks) {
  const sites = new pulumi.StackReference("acme/linked-stacks/sites").requireOutput("linkEnds");
  new LinkStack("shop", { spec, kinds, stack, ends: (site) => sites.apply((all) => all[site]) });
}

/** Stack "sites": the sites, and in each what links hang on. Any other stack builds both, which is for rehearsals. */
const fleet = isLinks ? undefined : new Fleet("shop", { spec, kinds, isLinkedElsewhere: stack === "sites" });

export const linkEnds = fleet?.linkEnds;
