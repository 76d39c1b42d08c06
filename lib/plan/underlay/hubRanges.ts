import { type BlockPool, blockOfNumber } from "../addresses";
import { type Cidr, formatCidr, parseCidr, part } from "../cidr";

/**
 * Azure's regions, each with its place in the range of hubs. Append only: a place that moved would replace a hub, and with
 * it take all of its networks off the wide area network.
 */
const PLACES: readonly string[] = (
  "australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral " +
  "brazilsouth brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral denmarkeast " +
  "eastasia eastus eastus2 francecentral francesouth germanynorth germanywestcentral indiasouthcentral " +
  "indonesiacentral israelcentral italynorth japaneast japanwest jioindiacentral jioindiawest koreacentral " +
  "koreasouth malaysiawest mexicocentral newzealandnorth northcentralus northeurope norwayeast norwaywest " +
  "polandcentral qatarcentral southafricanorth southafricawest southcentralus southeastasia southindia " +
  "spaincentral swedencentral switzerlandnorth switzerlandwest uaecentral uaenorth uksouth ukwest " +
  "westcentralus westeurope westindia westus westus2 westus3"
).split(" ");

/** Prefix length of one virtual hub: Azure takes /24 at the least, and asks for /23 where a hub is to have room. */
const HUB_PREFIX = 23;

/** Longest prefix of a range that has a place for every region. */
export const HUB_RANGE_PREFIX = 17;

/** The range that hubs have theirs from: the spec's, or block 0 of the pool, which is no site's. */
export function hubRange(given: string | undefined, from: BlockPool): Cidr | undefined {
  return given === undefined ? blockOfNumber(0, from) : parseCidr(given);
}

/** The range of the virtual hub in a region; undefined where the region is unknown, or the range too narrow for its place. */
export function hubRangeOf(region: string, range: Cidr | undefined): string | undefined {
  const place = PLACES.indexOf(region);
  if (place < 0 || range === undefined || range.prefix > HUB_RANGE_PREFIX) return undefined;
  return formatCidr(part(range, HUB_PREFIX, place));
}
