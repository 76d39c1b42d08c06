import * as pulumi from "@pulumi/pulumi";
import { existing, Fleet, type FleetSpec } from "pulumi-multisite";
import { eks } from "pulumi-multisite/aws";

/** A cluster of one's own in a data centre, and a site in the cloud that can carry its load. */
const spec: FleetSpec = {
  demand: { cpu: 20, memoryGiB: 72, pods: 400 },
  sites: [
    {
      name: "munich",
      number: 1,
      kind: "existing",
      provider: "vsphere",
      region: "munich-1",
      identity: "6f1c9c1e-1f0a-4c57-9f0e-0c1c5e0b7a11",
      allocatable: { cpu: 32, memoryGiB: 128, pods: 880, nodes: 8, verifiedAt: "2026-11-01" },
      cidrs: { nodes: ["192.168.16.0/24"], pods: ["172.24.0.0/16"], services: ["172.25.0.0/16"] },
    },
    {
      name: "frankfurt",
      number: 2,
      kind: "eks",
      account: "111122223333",
      region: "eu-central-1",
      apiAccess: { mode: "private" },
      pools: [{ name: "apps", machineType: "m6i.xlarge", nodes: 6 }],
    },
  ],
};

/** Has no credential and serves rehearsals only; the real one is set by `pulumi config set --secret munich-kubeconfig`. */
const rehearsed = `apiVersion: v1
kind: Config
clusters: [{ name: munich, cluster: { server: "https://api.munich.example.com:6443" } }]
contexts: [{ name: munich, context: { cluster: munich, user: munich } }]
current-context: munich
users: [{ name: munich, user: {} }]
`;
const kubeconfigs = { munich: new pulumi.Config().getSecret("munich-kubeconfig") ?? pulumi.secret(rehearsed) };

const fleet = new Fleet("shop", { spec, kinds: [eks, existing], kubeconfigs });

export const verdict = fleet.plan.capacity.verdict;
