import * as gcp from "@pulumi/gcp/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { specOf } from "../cluster";

/** The provider of one site: its project and its region. */
export function provider(site: SitePlan, options: pulumi.ResourceOptions): gcp.Provider {
  return new gcp.Provider(site.name, { project: specOf(site, "gke").project, region: site.region }, options);
}
