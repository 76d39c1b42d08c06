import { ResourceGroup } from "@pulumi/azure-native/resources";
import * as pulumi from "@pulumi/pulumi";
import type { SiteContext } from "../cluster";

/** The resource group of a site, under the site's name. */
export interface Group {
  readonly name: pulumi.Output<string>;
  readonly resource: ResourceGroup;
}

/** Everything of the site but the nodes, for which AKS makes a group of its own. */
export function resourceGroup({ site, cloud }: SiteContext): Group {
  const resource = new ResourceGroup(
    site.name,
    { location: site.region, tags: { ...site.tags } },
    pulumi.mergeOptions(cloud, { protect: true }),
  );
  return { name: resource.name, resource };
}
