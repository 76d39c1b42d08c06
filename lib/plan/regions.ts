import type { Provider } from "./machines";
import type regions from "./machines/regions.json";
import { nearest } from "./nearest";

/** What is known of one region. */
export interface RegionFacts {
  readonly provider: Provider;
  /** As the provider's API spells it: `eu-central-1`, `europe-west1`, `westeurope`. */
  readonly region: string;
  /** City, or what the provider calls the place. */
  readonly place: string;
  /** Degrees north, to a tenth. */
  readonly latitude: number;
  /** Degrees east, to a tenth. */
  readonly longitude: number;
  /**
   * Zones as the provider's API spells them (`eu-central-1a`, `europe-west1-b`, `1`), by name. Empty for an Azure region
   * without zones.
   */
  readonly zones: readonly string[];
  /**
   * `zones`, and those that only some accounts have: AWS gives every account a mapping of its own from letters to real
   * zones, and in its oldest regions not every account has every letter.
   */
  readonly possibleZones: readonly string[];
  /**
   * AWS: ids of the region's zones in which EKS makes no control plane. Which letter they have differs from account to
   * account: `aws ec2 describe-availability-zones` shows it.
   */
  readonly refusedZoneIds: readonly string[];
  /** Where the facts come from. */
  readonly source: string;
  /** The day on which the source was read, `YYYY-MM-DD`. */
  readonly date: string;
}

/**
 * The zones in which EKS makes no control plane, by region.
 * Source: docs.aws.amazon.com/eks/latest/userguide/network-reqs.html, "Subnet requirements for clusters".
 */
const REFUSED_ZONE_IDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["us-east-1", ["use1-az3"]],
  ["us-west-1", ["usw1-az2"]],
  ["ca-central-1", ["cac1-az3"]],
]);

/**
 * Letters that only some accounts have.
 * Source: docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html.
 */
const SOME_ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ["ap-northeast-1", "b"],
  ["ca-central-1", "c"],
  ["cn-north-1", "c"],
  ["us-west-1", "c"],
]);

let tables: typeof regions | undefined;

/** The generated table, read at the first call; the type import above is erased, and has tsc copy the file. */
function table(provider: Provider): Readonly<Record<string, string>> {
  tables ??= require("./machines/regions.json") as typeof regions;
  return tables[provider];
}

const remembered = new Map<string, RegionFacts>();

/** The facts of a region, or undefined when the provider has none of that name. */
export function regionFacts(provider: Provider, region: string): RegionFacts | undefined {
  const key = `${provider} ${region}`;
  // Every site of a region asks several times. Names that are no region's are not kept: there is no end of those.
  const facts = remembered.get(key) ?? readFacts(provider, region);
  if (facts !== undefined) remembered.set(key, facts);
  return facts;
}

function readFacts(provider: Provider, region: string): RegionFacts | undefined {
  const rows = table(provider);
  const row = Object.hasOwn(rows, region) ? rows[region] : undefined;
  if (row === undefined) return undefined;
  const [place = "", latitude, longitude, marks = ""] = row.split(";").map((part) => part.trim());
  const zones = [...marks].map((mark) => zoneName(provider, region, mark));
  const others = provider === "aws" ? (SOME_ACCOUNTS.get(region) ?? "") : "";
  return {
    provider,
    region,
    place,
    latitude: Number(latitude),
    longitude: Number(longitude),
    zones,
    possibleZones: [...zones, ...[...others].map((mark) => zoneName(provider, region, mark))].sort(),
    refusedZoneIds: REFUSED_ZONE_IDS.get(region) ?? [],
    source: tables?.sources[provider] ?? "",
    date: tables?.date ?? "",
  };
}

function zoneName(provider: Provider, region: string, mark: string): string {
  if (provider === "azure") return mark;
  return provider === "gcp" ? `${region}-${mark}` : `${region}${mark}`;
}

/** The names of a provider's regions, sorted. */
export function regionNames(provider: Provider): string[] {
  return Object.keys(table(provider)).sort();
}

/** The region whose name is nearest to one that is not known, for "did you mean"; undefined when none is near. */
export function nearestRegion(provider: Provider, name: string): string | undefined {
  return nearest(name, Object.keys(table(provider)));
}

/**
 * The region that a name means which is none of a provider's by its capitals or by the zone after it, such as `EU-CENTRAL-1`,
 * `eu-central-1a` or `europe-west3-a`; undefined when it means none.
 */
export function meantRegion(provider: Provider, name: string): string | undefined {
  const small = name.toLowerCase();
  const meant = [small, small.replace(/-?[a-z]$/, ""), small.replace(/-\d$/, "")];
  return meant.find((region) => regionFacts(provider, region) !== undefined);
}
