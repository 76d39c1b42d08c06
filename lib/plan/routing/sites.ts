import { stateFacts } from "../life";
import type { SitePlan } from "../plan";
import { publicAddresses } from "./addresses";
import { placeLabels } from "./labels";
import type { TrafficSite } from "./plan";

/** The sites that the services know: all but those that are joining. */
export function trafficSites(sites: readonly SitePlan[]): TrafficSite[] {
  return sites.filter(({ state }) => state !== "joining").map(trafficSite);
}

function trafficSite(site: SitePlan): TrafficSite {
  const { name, number, state, provider, region, zones } = site;
  // The spec's checks see to it that every site has coordinates.
  const coordinates = site.coordinates ?? { latitude: 0, longitude: 0 };
  const addresses = site.spec.kind === "existing" ? publicAddresses(site.spec) : undefined;
  return {
    ...{ name, number, state, provider, region, addresses },
    serves: stateFacts(state).serves,
    ...coordinates,
    labels: placeLabels({ provider, region, coordinates }),
    addressCount: addresses?.length ?? (provider === "aws" ? zones.length : 1),
  };
}
