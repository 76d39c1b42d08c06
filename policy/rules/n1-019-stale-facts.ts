import { nearest } from "pulumi-multisite/plan";
import { misspelledSite } from "../declaredPools";
import { isAbout, isDay } from "../exceptions";
import type { JudgedFleet } from "../judged";
import type { Rule } from "../rule";
import { settingsSchema } from "../settings";
import { aboutCertificates } from "../trust";

/**
 * What a verdict rests on must be known and fresh: machine types, measurements, and the reasons for exceptions. So must the
 * settings be those of this pack: one that nobody knows leaves the fleet judged as if it were not there.
 * @param names of all policies, which exceptions may be about
 */
export const staleFacts = (names: () => readonly string[]): Rule => ({
  name: "n1-019-stale-facts",
  displayName: "Facts and exceptions are up to date",
  description: "Machine types are known, measurements are of the last year, and no exception has expired.",
  level: "mandatory",
  severity: "medium",
  remediation: "Measure again, name a machine type of the catalogue, or end the exception.",
  judge: (fleet) => [
    ...fleet.stale.map(({ text, site, urn }) => ({ message: text, site, urn })),
    ...[
      ...unknownSettings(fleet),
      ...unknownRules(fleet, names()),
      ...needlessSites(fleet),
      ...unknownSites(fleet),
      ...expired(fleet),
    ].map((message) => ({ message })),
  ],
});

function unknownSettings({ settings }: JudgedFleet): string[] {
  const known = Object.keys(settingsSchema.properties);
  return Object.keys(settings)
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `Setting ${name} is unknown${didYouMean(name, known)}: remove or rename it. Known: ${known.join(", ")}.`,
    );
}

function unknownRules({ settings }: JudgedFleet, names: readonly string[]): string[] {
  const texts = (settings.exceptions ?? [])
    .filter((exception) => !names.some((name) => isAbout(exception, name)))
    .map(
      ({ rule }) =>
        `Exception for ${rule}, which is no rule here${didYouMean(rule, names)}: give an id such as N1-004.`,
    );
  return [...new Set(texts)];
}

/** What a rule about certificates finds is about no site, so that an exception for one accepts nothing. */
function needlessSites({ settings }: JudgedFleet): string[] {
  const texts = (settings.exceptions ?? [])
    .filter((one) => one.site !== undefined && aboutCertificates.some(({ name }) => isAbout(one, name)))
    .map(
      ({ rule, site }) => `Exception for ${rule} names site ${site}, and the rule is about no site: leave site out.`,
    );
  return [...new Set(texts)];
}

/** Sites that are none, and called much like one: others may be those of another stack with the same configuration. */
function unknownSites({ settings, sites }: JudgedFleet): string[] {
  const texts = (settings.exceptions ?? []).flatMap(({ rule, site }) => {
    const text = site === undefined ? undefined : misspelledSite(site, sites);
    return text === undefined ? [] : [`Exception for ${rule} is about ${text}, or end it.`];
  });
  return [...new Set(texts)];
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? "" : ` (did you mean ${near}?)`;
}

function expired(fleet: JudgedFleet): string[] {
  const texts = (fleet.settings.exceptions ?? []).flatMap(({ rule, site, reason, expires }) => {
    if (!isDay(expires)) return [`Exception for ${rule} has no day to expire on ("${expires}"): give YYYY-MM-DD.`];
    if (expires >= fleet.today) return [];
    const where = site === undefined ? "" : ` at ${site}`;
    return [`Exception for ${rule}${where} expired ${expires}: ${reason}`];
  });
  return [...new Set(texts)];
}
