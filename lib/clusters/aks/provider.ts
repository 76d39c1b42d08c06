import * as azure from "@pulumi/azure-native/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { specOf } from "../cluster";

/** The provider of one site: its subscription and tenant, and its region wherever a resource names none. */
export function provider(site: SitePlan, options: pulumi.ResourceOptions): azure.Provider {
  const { subscription, tenant } = specOf(site, "aks");
  return new azure.Provider(
    site.name,
    { subscriptionId: subscription, tenantId: tenant, location: site.region },
    options,
  );
}
