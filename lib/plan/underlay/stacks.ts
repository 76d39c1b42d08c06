import type { CloudProvider } from "../faultDomains";
import type { SitePlan } from "../plan";
import type { Hubs } from "./hubs";
import { stackName } from "./links";
import type { LinkPlan, LinkStackPlan } from "./plan";

/**
 * The stacks that links are in: one for each pair of clouds, and one for each cloud's own links or its wide area network.
 * None reads another but those with hubs, which come first.
 */
export function linkStacks(
  links: readonly LinkPlan[],
  sites: readonly SitePlan[],
  { gateways, wideAreaNetworks, attachments }: Hubs,
): LinkStackPlan[] {
  const byName = new Map<string, LinkPlan[]>();
  for (const link of links) {
    if (link.stack !== undefined) byName.set(link.stack, [...(byName.get(link.stack) ?? []), link]);
  }
  const wide = new Map(wideAreaNetworks.map(({ provider }) => [stackName([provider, provider]), provider]));
  const hubs = new Map(gateways.filter(({ site }) => site === undefined).map((hub) => [hub.name, hub.provider]));
  return [...new Set([...byName.keys(), ...wide.keys()])].sort().map((name) => {
    const members = byName.get(name) ?? [];
    const cloud = wide.get(name);
    const ends = new Set(members.flatMap((link) => link.ends));
    for (const { site, provider } of attachments) if (provider === cloud) ends.add(site);
    return {
      name,
      links: members.map((link) => link.name),
      wideAreaNetworks: cloud === undefined ? [] : [cloud],
      after: hubStacks([...ends], hubs),
      sites: sites.filter((site) => ends.has(site.name)).map((site) => site.name),
    };
  });
}

function hubStacks(ends: readonly string[], hubs: ReadonlyMap<string, CloudProvider>): string[] {
  const clouds = new Set(ends.flatMap((end) => hubs.get(end) ?? []));
  return [...clouds].map((cloud) => stackName([cloud, cloud])).sort();
}
