import { ProjectBucketConfig, ProjectSink } from "@pulumi/gcp/logging";
import * as pulumi from "@pulumi/pulumi";
import { type SiteContext, specOf } from "../cluster";

/**
 * Keeps the control plane's logs, who changed what among them, for as long as the spec says. The project's own buckets
 * keep audit logs for 400 days and all else for 30, whatever one asks; so a sink copies the cluster's into a bucket of the
 * site. It is there before the cluster: Google fills it from then on, not backwards.
 *
 * Reads are logged only where the project's IAM policy has Data Access logs on for the Kubernetes Engine API. That is a
 * setting of the whole project, which a site must not change.
 */
export function auditLog({ site, cloud }: SiteContext): ProjectSink {
  const { project } = specOf(site, "gke");
  const bucket = new ProjectBucketConfig(
    site.name,
    {
      project,
      location: site.region,
      bucketId: `${site.name}-audit`,
      retentionDays: site.auditLogDays,
      description: `Audit logs of the Kubernetes cluster ${site.name}`,
    },
    // A bucket that was deleted keeps its name for a week, and its logs are gone.
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  return new ProjectSink(
    site.name,
    {
      destination: pulumi.interpolate`logging.googleapis.com/${bucket.id}`,
      filter: filter(site.name, site.region),
      // Within one project a sink writes without a grant.
      uniqueWriterIdentity: true,
    },
    cloud,
  );
}

/** Audit logs of the cluster, in Kubernetes and of its own administration, and the logs of its control plane. */
function filter(cluster: string, location: string): string {
  return [
    `resource.labels.cluster_name="${cluster}"`,
    `resource.labels.location="${location}"`,
    `(logName:"cloudaudit.googleapis.com" OR resource.type="k8s_control_plane_component")`,
  ].join(" AND ");
}
