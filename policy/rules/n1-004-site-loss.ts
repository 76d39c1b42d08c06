import { type CapacityVerdict, isOverloaded, LISTED_LOSSES, type Loss, lossesSparing } from "pulumi-multisite/plan";
import type { JudgedFleet } from "../judged";
import type { Rule } from "../rule";
import { amountText, listed, percent } from "../wording";
import { lacksDemand } from "./n1-001-topology-declared";

const NAME = "n1-004-site-loss-aggregate";

/** The heart of the pack: whichever fault domains are lost, the others carry the whole demand. */
export const siteLoss: Rule = {
  name: NAME,
  displayName: "Any site may be lost",
  description: "After the loss of any one fault domain the other sites carry the whole demand on nodes that are there.",
  level: "mandatory",
  severity: "critical",
  remediation: "Add the nodes that the message names, or lower the demand.",
  judge: (fleet) => {
    const { capacity } = fleet;
    if (capacity === undefined) {
      return [{ message: `${fleet.title} cannot be planned, so nothing shows that it outlives the loss of a site.` }];
    }
    if (fleet.sites.length === 0) {
      return [
        { message: `${fleet.title} has no site that can be read, so nothing shows that it outlives the loss of one.` },
      ];
    }
    // Where nothing is asked for, N1-001 says so, and there is no loss to speak of.
    if (capacity.holds || lacksDemand(fleet)) return [];
    // Where only the services overload a survivor, N1-005 names it.
    if (isRoutingAlone(capacity)) return [];
    const [worst, ...others] = notAccepted(fleet, capacity);
    if (worst === undefined) return capacity.losses.every(holds) ? withoutLoss(fleet, capacity) : [];
    return [{ message: [lossText(worst), alsoText(others), equalText(capacity), fixText(capacity)].join("") }];
  },
};

const holds = (loss: Loss) => loss.holds;

/** The losses that the fleet does not survive and that no exception accepts, the worst first. */
function notAccepted(fleet: JudgedFleet, { losses }: CapacityVerdict): Loss[] {
  const accepted = fleet.sites.map(({ name }) => name).filter((name) => fleet.excepted(NAME, name));
  const failing = losses.filter((loss) => !holds(loss) && !loss.sites.some((site) => accepted.includes(site)));
  const mayLackSome = accepted.length > 0 && losses.length >= LISTED_LOSSES;
  if (failing.length > 0 || !mayLackSome || fleet.input === undefined) return failing;
  return lossesSparing(fleet.input, new Set(accepted)).filter((loss) => !holds(loss));
}

/** No set of losses to speak of, and still nothing proven: too few sites, or no demand. Rules 1 and 3 say which. */
function withoutLoss(fleet: JudgedFleet, capacity: CapacityVerdict): { message: string }[] {
  const notes = capacity.notes.length === 0 ? "" : ` ${capacity.notes.join(" ")}`;
  return [{ message: `${fleet.title}: N+1 ${capacity.verdict}.${notes}${fixText(capacity)}` }];
}

/** The sums suffice after every loss, and a survivor gets more than it carries all the same. */
function isRoutingAlone({ losses, routing }: CapacityVerdict): boolean {
  const overloaded = routing?.sites.some(isOverloaded) ?? false;
  return overloaded && losses.length > 0 && losses.every(({ resources }) => resources.flatMap(shortOf).length === 0);
}

/** The row itself where too little is left; nothing limits what `have` says nothing of. */
function shortOf({ resource, need, have }: Loss["resources"][number]) {
  return have !== null && have < need ? [{ resource, need, have }] : [];
}

function lossText(loss: Loss): string {
  const who = `Losing ${listed(loss.sites.length > 0 ? loss.sites : loss.faultDomains)}`;
  const short = loss.resources.flatMap(shortOf);
  if (short.length === 0) return `${who}: the sums fit, but not every pod finds a node with room for it.`;
  const texts = short.map(({ resource, need, have }) => {
    const missing = amountText(resource, need - have);
    return `${resource} left ${amountText(resource, have)} < demand ${amountText(resource, need)} (short ${missing}, ${percent((need - have) / need)})`;
  });
  return `${who}: ${texts.join("; ")}.`;
}

function alsoText(others: readonly Loss[]): string {
  if (others.length === 0) return "";
  const shown = others.slice(0, 4).map((loss) => loss.sites.join(" and "));
  const more = others.length > shown.length ? ` and ${others.length - shown.length} more` : "";
  return ` The loss of ${shown.join(", ")}${more} leaves too little as well.`;
}

function equalText({ minimumFactor, tolerate }: CapacityVerdict): string {
  if (!Number.isFinite(minimumFactor) || tolerate === 0) return "";
  const n = Math.round((tolerate * minimumFactor) / (minimumFactor - 1));
  return ` With ${n} equal sites each must carry ${percent(1 / (n - tolerate))} of demand (${minimumFactor.toFixed(2)}x total).`;
}

function fixText({ fixes }: CapacityVerdict): string {
  return fixes.length === 0 ? "" : ` ${fixes.map(({ text }) => text).join(" ")}`;
}
