import type { Problem } from "../problems";
import type { TrafficSpec } from "./spec";

/** What of a fleet its users are led by. */
interface LedFleet {
  readonly traffic?: TrafficSpec;
}

/**
 * Why the records of a name cannot become others in one update: a service takes records of one kind for a name, and those
 * of the new kind before the old ones are gone are refused in the middle of it.
 * @param before the spec that was built last
 * @param after the spec that is to be built, without problems
 */
export function trafficProblems({ traffic: old }: LedFleet, { traffic: next }: LedFleet): Problem[] {
  if (old === undefined || next === undefined || old.domain !== next.domain) return [];
  const [front, fronted] = [old, next].map((one) => one.front?.service ?? "none") as [string, string];
  if ((front === "none") !== (fronted === "none"))
    return [{ path: "traffic.front", message: `was ${front} and is ${fronted}, ${otherKind(old)}` }];
  const [was, is] = [steeringOf(old), steeringOf(next)];
  if (front !== "none" || was === undefined || is === undefined || was === is) return [];
  const index = next.providers.findIndex(({ service }) => service === "route53");
  return [{ path: `traffic.providers[${index}].steering`, message: `was "${was}" and is "${is}", ${otherKind(old)}` }];
}

function otherKind({ domain }: TrafficSpec): string {
  return (
    `for which ${domain} needs records of another kind, which no service takes beside those that lead users now: give another ` +
    `domain with it, and lead ${domain} there by a CNAME of your own.`
  );
}

/** What "nearest" means at Route 53; undefined where it does not answer. */
function steeringOf({ providers }: TrafficSpec): string | undefined {
  for (const one of providers) if (one.service === "route53") return one.steering ?? "geoproximity";
  return undefined;
}
