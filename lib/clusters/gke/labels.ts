import { shorten } from "../../plan/names";
import type { SitePlan } from "../../plan/plan";

/** Google's limit for keys and values of labels (https://cloud.google.com/compute/docs/labeling-resources, 2026-11). */
const LONGEST = 63;

/**
 * The site's tags as Google writes labels: lower-case letters, digits, "_" and "-", whatever else becomes "_". Keys begin
 * with a letter, so that one which does not gets a prefix, and keys that are too long end with a hash of the whole.
 */
export function labels(site: Pick<SitePlan, "tags">): Record<string, string> {
  return Object.fromEntries(
    Object.entries(site.tags).map(([name, value]) => [key(name), text(value).slice(0, LONGEST)]),
  );
}

function key(name: string): string {
  const spelled = text(name);
  return shorten(/^[a-z]/.test(spelled) ? spelled : `tag-${spelled}`, LONGEST);
}

function text(given: string): string {
  return given.toLowerCase().replace(/[^a-z0-9_-]/g, "_");
}
