import { Release } from "@pulumi/kubernetes/helm/v3/release";
import type * as pulumi from "@pulumi/pulumi";
import { METRICS_SERVER_REQUESTS } from "../plan/overhead";
import type { SitePlan } from "../plan/plan";
import { isOpen } from "../plan/schedulable";
import { METRICS_SERVER } from "../plan/versions";
import { hostWebhookPort } from "../plan/webhookPorts";

/**
 * What autoscalers read usage from, in a site that has nodes. GKE and AKS bring theirs and put it back when it is changed
 * (GKE, "Node and system Pods"; Azure/AKS, "Cluster components"), and a cluster that exists has its team's.
 */
export function metricsServer(site: SitePlan, options: pulumi.CustomResourceOptions): Release[] {
  if (site.kind !== "eks") return [];
  const { chart, version, repository } = METRICS_SERVER;
  return [
    new Release(
      `${site.name}-${chart}`,
      {
        ...{ name: chart, namespace: "kube-system", chart, version, repositoryOpts: { repo: repository } },
        ...{ values: metricsServerValues(site), timeout: 600, maxHistory: 5 },
      },
      options,
    ),
  ];
}

/** Values of metrics-server's chart. */
export function metricsServerValues(site: SitePlan) {
  const port = hostWebhookPort(site.kind, "metricsServer");
  const { cpuMillis, memoryMiB } = METRICS_SERVER_REQUESTS;
  const replicas = Math.min(2, openNodes(site));
  return {
    replicas,
    resources: { requests: { cpu: `${cpuMillis}m`, memory: `${memoryMiB}Mi` } },
    ...(replicas > 1 && { podDisruptionBudget: { enabled: true, minAvailable: 1 } }),
    ...(port !== undefined && {
      hostNetwork: { enabled: true },
      containerPort: port,
      // A pod that holds a port of its node leaves before the next comes.
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    }),
  };
}

/** Two on one port never share a node: where there is one node, the second would never start. */
function openNodes({ pools }: SitePlan): number {
  return Math.max(
    1,
    pools.filter(isOpen).reduce((sum, { nodes }) => sum + nodes, 0),
  );
}
