import { ManagedPrefixList } from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import type { SitePlan } from "../../plan/plan";
import { prefixListSize } from "../../plan/underlay";
import { named } from "./tags";

/** Ranges under one id, for rules and routes: what joins or leaves changes its entries, and no rule and no route. */
export function prefixList(
  site: SitePlan,
  word: string,
  ranges: readonly string[],
  cloud: pulumi.CustomResourceOptions,
): ManagedPrefixList {
  return new ManagedPrefixList(
    `${site.name}-${word}`,
    {
      name: `${site.name}-${word}`,
      addressFamily: "IPv4",
      maxEntries: prefixListSize(ranges.length),
      entries: ranges.map((cidr) => ({ cidr })),
      tags: named(site, word),
    },
    cloud,
  );
}
