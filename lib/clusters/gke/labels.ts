import type { SitePlan } from "../../plan/plan";

/** Google's limit for keys and values of labels (https://cloud.google.com/compute/docs/labeling-resources, 2026-11). */
const LONGEST = 63;

/** The site's tags as Google writes labels: lower case letters, digits, "_" and "-", whatever else becomes "_". */
export function labels(site: SitePlan): Record<string, string> {
  return Object.fromEntries(Object.entries(site.tags).map(([key, value]) => [spelled(key), spelled(value)]));
}

function spelled(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_")
    .slice(0, LONGEST);
}
