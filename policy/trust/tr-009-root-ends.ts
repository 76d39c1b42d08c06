import { UNKNOWN } from "pulumi-multisite/plan";
import { day, endOf } from "./issuer";
import { SIGNED } from "./terms";
import { SELF_SIGNED } from "./tr-001-root-kept";
import type { JudgedResource, TrustRule } from "./trustRule";

const HOUR_MS = 3_600_000;

/** An exchange takes a life of what the root signs, and must begin while the root can still sign one for as long. */
export const rootEnds: TrustRule = {
  name: "tr-009-root-ends",
  displayName: "The exchange of a root begins in time",
  description: "A root lives for two more lives of what it signs, or another root is there that ends later.",
  level: "advisory",
  severity: "high",
  remediation: "Begin `multisite trust rotate`, or make a second root beside it.",
  types: [SELF_SIGNED, SIGNED],
  judge: () => [],
  atEnd: (root, all) => {
    const end = isRoot(root) ? endOf(root.props) : undefined;
    if (end === undefined || all.some((other) => isRoot(other) && endsLater(other, end))) return [];
    const lives = all.filter(({ props }) => props.caCertPem === root.props.certPem).map(hoursOf);
    const hours = Math.max(0, ...lives);
    if (end.getTime() - root.now.getTime() >= 2 * hours * HOUR_MS) return [];
    return [
      `Root ${root.name} ends ${day(end)}, before two more lives of what it signs (${Math.ceil(hours / 24)} days each): begin \`multisite trust rotate\` now. Within the last of them it can sign nothing that long.`,
    ];
  },
};

function isRoot({ type, props }: JudgedResource): boolean {
  return type === SELF_SIGNED && props.isCaCertificate === true;
}

/** One that this run makes ends when nobody can tell yet, and later than what is there. */
function endsLater({ props }: JudgedResource, end: Date): boolean {
  const own = endOf(props);
  return own === undefined ? props.validityEndTime === UNKNOWN : own > end;
}

function hoursOf({ props: { validityPeriodHours } }: JudgedResource): number {
  return typeof validityPeriodHours === "number" ? validityPeriodHours : 0;
}
