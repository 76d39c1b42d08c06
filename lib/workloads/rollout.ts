import { stateFacts } from "../plan/life";
import type { FleetPlan } from "../plan/plan";

/** How a change of a workload comes to the sites: to all in one go, or to one after the other. */
export type Rollout = "atOnce" | "siteBySite";

const ROLLOUTS: readonly Rollout[] = ["atOnce", "siteBySite"];

/** What is wrong with a value that a program gives; programs in JavaScript give any. */
export function rolloutProblems(rollout: unknown): string[] {
  if (rollout === undefined || ROLLOUTS.some((one) => one === rollout)) return [];
  const given = typeof rollout === "string" ? JSON.stringify(rollout) : String(rollout);
  return [`rollout is ${given}: it must be ${ROLLOUTS.map((one) => JSON.stringify(one)).join(" or ")}`];
}

/**
 * Sites in the order in which a change comes to them: drained ones first, since they serve nobody, then those that serve, and
 * last those that join, for whose clusters nobody else should wait. Equal ones stay in the order that they have.
 */
export function inRolloutOrder<T extends { readonly site: string }>(sites: readonly T[], plan: FleetPlan): T[] {
  const rank = ({ site }: T): number => {
    const state = plan.sites.find(({ name }) => name === site)?.state;
    if (state === "drained") return 0;
    return stateFacts(state).serves ? 1 : 2;
  };
  return [...sites].sort((a, b) => rank(a) - rank(b));
}
