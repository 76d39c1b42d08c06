import { isDay } from "../exceptions";
import type { JudgedFleet } from "../judged";
import type { Rule } from "../rule";

/** What a verdict rests on must be known and fresh: machine types, measurements, and the reasons for exceptions. */
export const staleFacts: Rule = {
  name: "n1-019-stale-facts",
  displayName: "Facts and exceptions are up to date",
  description: "Machine types are known, measurements are less than a year old, and no exception has expired.",
  level: "mandatory",
  severity: "medium",
  remediation: "Measure again, name a machine type of the catalogue, or end the exception.",
  judge: (fleet) => [
    ...fleet.stale.map(({ text, site, urn }) => ({ message: text, site, urn })),
    ...expired(fleet).map((message) => ({ message })),
  ],
};

function expired(fleet: JudgedFleet): string[] {
  const texts = (fleet.settings.exceptions ?? []).flatMap(({ rule, site, reason, expires }) => {
    if (!isDay(expires)) return [`Exception for ${rule} has no day to expire on ("${expires}"): give YYYY-MM-DD.`];
    if (expires >= fleet.today) return [];
    const where = site === undefined ? "" : ` at ${site}`;
    return [`Exception for ${rule}${where} expired ${expires}: ${reason}`];
  });
  return [...new Set(texts)];
}
