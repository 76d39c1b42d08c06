import * as aws from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { specOf } from "../cluster";

/** The provider of one site: its region, its role, and no other account than its own. */
export function provider(site: SitePlan, options: pulumi.ResourceOptions): aws.Provider {
  const { account, roleArn } = specOf(site, "eks");
  return new aws.Provider(
    site.name,
    {
      region: site.region,
      allowedAccountIds: [account],
      ...(roleArn && { assumeRoles: [{ roleArn, sessionName: `pulumi-multisite-${site.name}` }] }),
    },
    options,
  );
}
