import { type CloudProvider, isCloud } from "../faultDomains";
import type { SitePlan } from "../plan";
import { CLOUD_LINKS, CLOUD_ORDER, HUB_ASNS, HUBS_PER_CLOUD } from "./facts";
import { hubRegions } from "./hubPlaces";
import { vpn } from "./links";
import { linkedSites, ownerOf, ownsNetwork, reachableCidrs } from "./networks";
import type { AttachmentPlan, GatewayPlan, LinkPlan, WideAreaNetworkPlan } from "./plan";
import type { HubSpec, UnderlaySpec } from "./spec";
import { linkRange } from "./tunnels";
import { type HubRanges, hubOwner, wideAreaNetwork } from "./wideArea";

/** A fleet's hubs, and what hangs on them: all of it grows with the sites, or not at all. */
export interface Hubs {
  readonly wideAreaNetworks: readonly WideAreaNetworkPlan[];
  readonly gateways: readonly GatewayPlan[];
  readonly attachments: readonly AttachmentPlan[];
  readonly links: readonly LinkPlan[];
}

/** The clouds that sites of a fleet have networks of ours in, in the order of links. */
export function cloudsOf(sites: readonly SitePlan[]): CloudProvider[] {
  const present = new Set(sites.filter((site) => ownsNetwork(site.spec)).map(({ provider }) => provider));
  return CLOUD_ORDER.filter((cloud) => present.has(cloud)).filter(isCloud);
}

/**
 * Where a cloud's hubs are when the spec does not say: in the first two regions of its sites, by number, that are not lost
 * together. A site with a higher number moves none, and none is moved by the state of a site; when the entry of a site in
 * such a region goes, the spec should name the hubs, and its notes say so.
 */
export function defaultHubs(cloud: CloudProvider, sites: readonly SitePlan[]): HubSpec[] {
  const own = sites.filter((site) => site.provider === cloud && ownsNetwork(site.spec));
  return hubRegions(own.map(({ region, spec: { faultDomain } }) => ({ region, faultDomain }))).map((region) => ({
    region,
  }));
}

/** The name of a site's attachment, which its routes lead to. */
export function attachmentName(site: string): string {
  return `${site}-attachment`;
}

/**
 * Hubs of every cloud, an attachment for every network that is linked, and VPNs between each two clouds' hubs.
 * @param sites all of the fleet, also those that are lost: what is nobody's own stays as it is while one is
 */
export function hubs(sites: readonly SitePlan[], spec: UnderlaySpec, ranges: HubRanges): Hubs {
  const clouds = cloudsOf(sites);
  const own = sites.filter((site) => ownsNetwork(site.spec));
  const gateways = clouds.length < 2 ? [] : clouds.flatMap((cloud) => cloudHubs(cloud, own, spec));
  return {
    wideAreaNetworks: clouds.map((cloud) => wideAreaNetwork(cloud, own, spec, gateways, ranges)),
    gateways,
    attachments: linkedSites(own).map(({ name, provider, region, spec: site }) => ({
      name: attachmentName(name),
      site: name,
      provider: provider as CloudProvider,
      region,
      owner: ownerOf(site),
      mtuBytes: CLOUD_LINKS[provider as CloudProvider].attachmentMtuBytes,
    })),
    links: hubLinks(gateways),
  };
}

function cloudHubs(cloud: CloudProvider, sites: readonly SitePlan[], spec: UnderlaySpec): GatewayPlan[] {
  const announced = linkedSites(sites.filter((site) => site.provider === cloud)).flatMap(reachableCidrs);
  return (spec.hubs?.[cloud] ?? defaultHubs(cloud, sites)).map((hub, index) => ({
    name: `${cloud}-hub-${index + 1}`,
    provider: cloud,
    region: hub.region,
    site: undefined,
    owner: hubOwner(cloud, sites, spec),
    asn: HUB_ASNS[cloud][index] ?? HUB_ASNS[cloud][0],
    announced,
    insideAddresses: [[], []],
  }));
}

/** Each hub of a cloud with each hub of every other: either hub may be lost on both sides at once. */
function hubLinks(gateways: readonly GatewayPlan[]): LinkPlan[] {
  // By the cloud's own place, so that a cloud that joins moves no tunnel of the others.
  const numbered = gateways.map(({ name, provider }, index) => ({
    name,
    provider,
    number: CLOUD_ORDER.indexOf(provider) * HUBS_PER_CLOUD + (index % HUBS_PER_CLOUD),
  }));
  return numbered.flatMap((a, index) =>
    numbered
      .slice(index + 1)
      .filter((b) => b.provider !== a.provider)
      .map((b) => vpn([a, b], linkRange([a, b]), "hub")),
  );
}
