import * as pulumi from "@pulumi/pulumi";
import { existing, Fleet, FleetWorkload, manifestFiles, type SiteSpec } from "pulumi-multisite";
import { demandFromManifests } from "pulumi-multisite/plan";

/** One reading of the manifests is the demand that the plan proves, and what the sites run. */
const manifests = manifestFiles("k8s");
const { workloads, daemonSets } = demandFromManifests(manifests);

/** A cluster of one's own in a data centre: four nodes of 8 cores and 32 GiB. */
const site = (name: string, number: number, identity: string): SiteSpec => ({
  name,
  number,
  kind: "existing",
  provider: "vsphere",
  region: name,
  identity,
  allocatable: { cpu: 31, memoryGiB: 120, pods: 440, nodes: 4, verifiedAt: "2026-11-01" },
  cidrs: {
    nodes: [`192.168.${number}.0/24`],
    pods: [`10.${number}.128.0/17`],
    services: [`10.${number}.64.0/18`],
  },
});

const sites = [
  site("munich", 1, "6f1c9c1e-1f0a-4c57-9f0e-0c1c5e0b7a11"),
  site("oslo", 2, "0d3b8c52-7a2e-4d0f-8f15-5b3f0a9c2e22"),
  site("turin", 3, "b1a4f7c3-93d6-4e58-a0c7-2f6d8e1b3c33"),
];

/** Has no credential and serves rehearsals only; the real ones are set by `pulumi config set --secret --path kubeconfigs.munich`. */
const rehearsed = (name: string) => `apiVersion: v1
kind: Config
clusters: [{ name: ${name}, cluster: { server: "https://api.${name}.example.com:6443" } }]
contexts: [{ name: ${name}, context: { cluster: ${name}, user: ${name} } }]
current-context: ${name}
users: [{ name: ${name}, user: {} }]
`;
const given = new pulumi.Config().getObject<Record<string, string>>("kubeconfigs") ?? {};
const kubeconfigs = Object.fromEntries(sites.map(({ name }) => [name, pulumi.secret(given[name] ?? rehearsed(name))]));

const fleet = new Fleet("shop", { spec: { demand: { workloads, daemonSets }, sites }, kinds: [existing], kubeconfigs });
const shop = new FleetWorkload("shop", { fleet, manifests });

export const verdict = fleet.plan.capacity.verdict;
export const placed = shop.placed;
