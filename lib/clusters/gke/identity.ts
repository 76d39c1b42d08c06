import { IAMMember } from "@pulumi/gcp/projects";
import { Account } from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../plan/names";
import { type SiteContext, specOf } from "../cluster";

/** Who the nodes are, and the grants that they need before they start. */
export interface NodeIdentity {
  readonly email: pulumi.Output<string>;
  readonly grants: readonly pulumi.Resource[];
}

/**
 * What a node may do: write logs and metrics, and pull images. Pods get rights of their own by Workload Identity.
 * https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa
 */
const NODE_ROLES = ["roles/container.defaultNodeServiceAccount", "roles/artifactregistry.reader"];

/** A service account for the nodes of one site. */
export function nodeIdentity({ site, cloud }: SiteContext): NodeIdentity {
  const { project } = specOf(site, "gke");
  const account = new Account(
    `${site.name}-nodes`,
    { accountId: physicalName("gcpServiceAccount", site.name, "nodes"), displayName: `Nodes of site ${site.name}` },
    cloud,
  );
  const grants = NODE_ROLES.map(
    (role) =>
      new IAMMember(
        `${site.name}-nodes-${role.split("/")[1]}`,
        { project, role, member: pulumi.interpolate`serviceAccount:${account.email}` },
        cloud,
      ),
  );
  return { email: account.email, grants };
}
