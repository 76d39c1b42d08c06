import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { AZURE_REGIONS } from "./azureRegions";
import { AWS_ZONE_LETTERS, CITY_COORDINATES, GCP_ZONE_LETTERS } from "./documented";

/** One region on its way into `lib/plan/machines/regions.json`. */
export interface RegionRow {
  /** City, or what the provider calls the place. */
  readonly place: string;
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
  /** What makes a zone's name from the region's: letters, or for Azure digits. Empty for a region without zones. */
  readonly zones: string;
}

type Regions = Record<string, RegionRow>;

/** The regions of AWS's public, Chinese, GovCloud and European sovereign partitions, placed as AWS describes them. */
export function awsRegions(botocore: string, moto: string, sparecores: string): Regions {
  const found = coordinates(join(sparecores, "sc_crawler/vendors/_aws.py"), /"region_id": "([a-z0-9-]+)"/g);
  const endpoints = JSON.parse(readFileSync(join(botocore, "botocore/data/endpoints.json"), "utf8")) as {
    partitions: { partition: string; regions: Record<string, { description: string }> }[];
  };
  const rows: Regions = {};
  for (const { partition, regions } of endpoints.partitions) {
    if (partition.startsWith("aws-iso")) continue;
    for (const [name, { description }] of Object.entries(regions).sort()) {
      rows[name] = region(name, { ...found.get(name), place: description }, awsZoneLetters(moto, name));
    }
  }
  return rows;
}

/** The regions of Google Cloud. */
export function gcpRegions(sparecores: string): Regions {
  const found = coordinates(join(sparecores, "sc_crawler/vendors/_gcp.py"), /^\s+"([a-z]+-[a-z]+\d+)": \{/gm);
  const rows = [...found].map(([name, place]) => [name, region(name, place, GCP_ZONE_LETTERS[name] ?? "abc")]);
  return Object.fromEntries(rows.sort()) as Regions;
}

/** The regions of Azure's public cloud that the sparecores package names; canary and staging regions are left out. */
export function azureRegions(sparecores: string): Regions {
  const text = readFileSync(join(sparecores, "sc_crawler/vendors/_azure.py"), "utf8");
  const manual = text.slice(text.indexOf("manual_datas = {"), text.indexOf("def inventory_zones"));
  const named = [...manual.matchAll(/^\s+"([a-z]+\d?)": \{/gm)].map((match) => match[1] ?? "");
  const current = named.filter((name) => !/euap$|stg$|^brazilus$|^swedensouth$/.test(name));
  const places = new Map(Object.entries(AZURE_REGIONS));
  const missing = current.filter((name) => !places.has(name));
  if (missing.length > 0) throw new Error(`no geography for the Azure regions ${missing.join(", ")}`);
  return Object.fromEntries(
    current.sort().map((name) => {
      const [place, latitude, longitude, zones] = places.get(name) as (typeof AZURE_REGIONS)[string];
      return [name, { place, latitude, longitude, zones: "123".slice(0, zones) }];
    }),
  );
}

/** @throws Error when a region has no coordinates or no zones: a refresh must not pass over a new one silently. */
function region(name: string, place: Partial<RegionRow>, zones: string): RegionRow {
  const [latitude, longitude] = CITY_COORDINATES[name] ?? [place.latitude, place.longitude];
  if (latitude === undefined || longitude === undefined) throw new Error(`no coordinates for ${name}`);
  if (zones === "") throw new Error(`no zones for ${name}`);
  return { place: place.place ?? name, latitude, longitude, zones };
}

/** Coordinates in the order in which the source writes them: a region's name, then its place, `lat` and `lon`. */
function coordinates(path: string, name: RegExp): Map<string, Partial<RegionRow>> {
  const text = readFileSync(path, "utf8");
  const starts = [...text.matchAll(name)];
  const found = new Map<string, Partial<RegionRow>>();
  starts.forEach((start, i) => {
    const block = text.slice(start.index, starts[i + 1]?.index ?? start.index + 1000);
    const value = (key: string) => new RegExp(`"${key}": "?([^",\\n]+)`).exec(block)?.[1];
    const [lat, lon] = [value("lat"), value("lon")];
    const place = value("city") ?? value("display_name") ?? value("state");
    if (lat && lon) {
      const row = { latitude: round(lat), longitude: round(lon), ...(place && { place }) };
      found.set(start[1] ?? "", row);
    }
  });
  return found;
}

function round(degrees: string): number {
  return Math.round(Number(degrees) * 10) / 10;
}

/** The letters of the zones in which the account that moto's sample was taken from may launch instances. */
function awsZoneLetters(moto: string, name: string): string {
  const file = join(moto, `moto/ec2/resources/instance_type_offerings/availability-zone/${name}.json.gz`);
  if (!existsSync(file)) return AWS_ZONE_LETTERS[name] ?? "";
  const offerings = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { Location: string }[];
  const zones = new Set(offerings.map((one) => one.Location.slice(name.length)));
  return [...zones].sort().join("");
}
