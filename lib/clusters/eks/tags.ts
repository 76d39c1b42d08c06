import type { SitePlan } from "../../plan/plan";

/** The site's tags, and the `Name` that the AWS console shows. */
export function named(site: SitePlan, word: string): Record<string, string> {
  return { ...site.tags, Name: `${site.name}-${word}` };
}
