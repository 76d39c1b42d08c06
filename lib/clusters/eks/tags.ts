import type { SitePlan } from "../../plan/plan";

/** The site's tags, and the `Name` that the AWS console shows. */
export function named(site: Pick<SitePlan, "name" | "tags">, word: string): Record<string, string> {
  return { ...site.tags, Name: `${site.name}-${word}` };
}
