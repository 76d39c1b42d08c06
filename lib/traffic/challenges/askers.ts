import type { Site } from "../../site";
import type { Asker } from "./challenges";

/** Sites by which their pods are somebody in a cloud. */
export function tokenIssuers(sites: readonly Site[]): Asker[] {
  return sites.flatMap(({ plan, controlPlane }) => {
    const { tokenIssuer } = controlPlane;
    if (tokenIssuer === undefined) return [];
    const awsRegion = plan.kind === "eks" ? plan.region : undefined;
    return [{ site: plan.name, number: plan.number, awsRegion, tokenIssuer }];
  });
}
