import type { ManagedCluster } from "@pulumi/azure-native/containerservice";
import { DiagnosticSetting } from "@pulumi/azure-native/monitor";
import { Workspace } from "@pulumi/azure-native/operationalinsights";
import * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";
import type { Group } from "./group";

/**
 * The control plane's logs that answer who did what. `kube-audit-admin` is the audit log without the reads.
 * https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs (2026-11)
 */
const CATEGORIES = ["kube-audit-admin", "guard", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** Sends the audit log to a workspace of the site's own, which keeps it for as long as the spec says. */
export function auditLog({ site, cloud }: SiteContext, group: Group, cluster: ManagedCluster): DiagnosticSetting {
  const workspace = new Workspace(
    site.name,
    {
      resourceGroupName: group.name,
      location: site.region,
      sku: { name: "PerGB2018" },
      // 30 to 730: the spec's own check has seen to it.
      retentionInDays: site.auditLogDays,
      tags: { ...site.tags },
    },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  return new DiagnosticSetting(
    site.name,
    {
      resourceUri: cluster.id,
      workspaceId: workspace.id,
      logAnalyticsDestinationType: "Dedicated",
      logs: CATEGORIES.map((category) => ({ category, enabled: true })),
    },
    cloud,
  );
}
