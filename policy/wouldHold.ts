import { type CapacityInput, capacityJudgement } from "pulumi-multisite/plan";
import type { JudgedFleet } from "./judged";

/**
 * Whether a fleet that does not hold would hold if spot machines and autoscalers' maxima counted: then the shortage is
 * hidden behind them, and it is worth naming them. Judged once per fleet.
 */
export function wouldHold(fleet: JudgedFleet): boolean {
  let answer = answers.get(fleet);
  if (answer === undefined) {
    answer = fleet.input !== undefined && capacityJudgement(withEverything(fleet, fleet.input)).holds;
    answers.set(fleet, answer);
  }
  return answer;
}

const answers = new WeakMap<JudgedFleet, boolean>();

function withEverything(fleet: JudgedFleet, input: CapacityInput): CapacityInput {
  const pools = new Map(fleet.sites.flatMap(({ name, pools }) => pools.map((pool) => [`${name}\n${pool.name}`, pool])));
  const sites = input.sites.map((site) => ({
    ...site,
    nodeGroups: site.nodeGroups.map((group) => {
      const pool = pools.get(`${site.name}\n${group.pool}`);
      return pool === undefined ? group : { ...group, count: pool.possibleNodes, perNode: pool.perNode };
    }),
  }));
  return { ...input, sites };
}
