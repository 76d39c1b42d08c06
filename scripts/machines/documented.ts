/**
 * The few facts that no package carries, each with the page that states it. Everything else is generated.
 */

/**
 * Baseline share per vCPU of EC2's burstable types. The newer families share one ladder of sizes; t2 has its own.
 * Source: docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-credits-baseline-concepts.html, read 2026-11-20.
 * @throws Error for a size that is not in the table, so that a refresh cannot pass over a new one silently.
 */
export function awsBaseline(family: string, size: string): number {
  const shared = { nano: 0.05, micro: 0.1, small: 0.2, medium: 0.2, large: 0.3, xlarge: 0.4, "2xlarge": 0.4 };
  const t2 = { nano: 0.05, micro: 0.1, small: 0.2, medium: 0.2, large: 0.3, xlarge: 0.225, "2xlarge": 0.168 };
  const baseline = (family === "t2" ? t2 : (shared as Record<string, number>))[size as keyof typeof t2];
  if (baseline === undefined) throw new Error(`no documented baseline for the burstable type ${family}.${size}`);
  return baseline;
}

/**
 * Share of a vCPU that Google's shared-core types sustain: 0.25, 0.5 and 1 vCPU of the 2 that the node shows.
 * Source: docs.cloud.google.com/compute/docs/general-purpose-machines#e2-shared-core and #n1-shared-core.
 */
export const GCP_SHARED_CORE: Readonly<Record<string, number>> = {
  "e2-micro": 0.125,
  "e2-small": 0.25,
  "e2-medium": 0.5,
  "f1-micro": 0.2,
  "g1-small": 0.5,
};

/**
 * Baseline share per vCPU of Azure's B sizes.
 * Source: learn.microsoft.com/azure/virtual-machines/sizes/general-purpose/bv1-series, bsv2-, basv2- and bpsv2-series.
 * @throws Error for a B size that is not in the table.
 */
export function azureBaseline(size: string): number {
  const v1: Record<string, number> = {
    B1ls: 0.05,
    B1s: 0.1,
    B1ms: 0.2,
    B2s: 0.2,
    B2ms: 0.3,
    B4ms: 0.225,
    B8ms: 0.168,
    B12ms: 0.168,
    B16ms: 0.168,
    B20ms: 0.168,
  };
  const v2 = /^B\d+(?:p|a)?(t|l)?s_v2$/.exec(size);
  const baseline = v2 ? { t: 0.2, l: 0.3, "": 0.4 }[v2[1] ?? ""] : v1[size];
  if (baseline === undefined) throw new Error(`no documented baseline for the burstable size ${size}`);
  return baseline;
}

/**
 * The zones of a Google region are its letters a, b and c, but for these three.
 * Source: docs.cloud.google.com/compute/docs/regions-zones, read 2026-11-20.
 */
export const GCP_ZONE_LETTERS: Readonly<Record<string, string>> = {
  "us-central1": "abcf",
  "us-east1": "bcd",
  "europe-west1": "bcd",
};

/**
 * AWS regions whose instance type offerings the moto package does not carry: their zone letters.
 * Source: docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html, read 2026-11-20.
 */
export const AWS_ZONE_LETTERS: Readonly<Record<string, string>> = {
  "ap-east-2": "abc",
  "ap-southeast-6": "abc",
  "ap-southeast-7": "abc",
  "cn-north-1": "abd",
  "cn-northwest-1": "abc",
  "eusc-de-east-1": "abc",
  "mx-central-1": "abc",
  "us-gov-east-1": "abc",
  "us-gov-west-1": "abc",
};

/**
 * Latitude and longitude of the city, for regions that the sparecores package does not place or places in the middle
 * of their country, hundreds of kilometres away. Geography; the regions' cities are the providers' own announcements.
 */
export const CITY_COORDINATES: Readonly<Record<string, readonly [number, number]>> = {
  "ap-southeast-5": [3.1, 101.7],
  "ap-southeast-6": [-36.8, 174.8],
  "ap-southeast-7": [13.8, 100.5],
  "asia-southeast3": [13.8, 100.5],
  "cn-north-1": [39.9, 116.4],
  "cn-northwest-1": [37.5, 105.2],
  "eusc-de-east-1": [52.4, 13.1],
  "us-gov-east-1": [40, -83],
  "us-gov-west-1": [45.5, -122.7],
};
