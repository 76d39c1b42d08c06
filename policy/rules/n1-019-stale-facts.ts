import { nearest } from "pulumi-multisite/plan";
import { misspelledSite } from "../declaredPools";
import { isAbout, isDay } from "../exceptions";
import type { Configured, JudgedFleet } from "../judged";
import type { Rule } from "../rule";
import type { Exception } from "../settings";
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
    ...[...new Set((fleet.configured ?? []).flatMap((one) => wrongSettings(one, fleet, names())))].map((message) => ({
      message,
    })),
  ],
});

/** Everything that is wrong with what the configuration has under one policy. */
function wrongSettings(one: Configured, fleet: JudgedFleet, names: readonly string[]): string[] {
  return [
    ...unknownSettings(one),
    ...unknownRules(one, names),
    ...needlessSites(one),
    ...unknownSites(one, fleet),
    ...expired(one, fleet),
  ];
}

/** Of which rule settings are, where they are not the whole pack's. */
function whose({ rule }: Configured): string {
  return rule === undefined ? "" : ` of ${rule}`;
}

function exceptionsIn({ settings }: Configured): readonly Exception[] {
  return settings.exceptions ?? [];
}

function unknownSettings(one: Configured): string[] {
  const { settings, known } = one;
  return Object.keys(settings)
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `Setting ${name}${whose(one)} is unknown${didYouMean(name, known)}: remove or rename it. Known: ${known.join(", ")}.`,
    );
}

function unknownRules(one: Configured, names: readonly string[]): string[] {
  return exceptionsIn(one)
    .filter((exception) => !names.some((name) => isAbout(exception, name)))
    .map(
      ({ rule }) =>
        `Exception${whose(one)} for ${rule}, which is no rule here${didYouMean(rule, names)}: give an id such as N1-004.`,
    );
}

/** What a rule about certificates finds is about no site, so that an exception for one accepts nothing. */
function needlessSites(one: Configured): string[] {
  return exceptionsIn(one)
    .filter(
      (exception) => exception.site !== undefined && aboutCertificates.some(({ name }) => isAbout(exception, name)),
    )
    .map(
      ({ rule, site }) =>
        `Exception${whose(one)} for ${rule} names site ${site}, and the rule is about no site: leave site out.`,
    );
}

/** Sites that are none, and called much like one: others may be those of another stack with the same configuration. */
function unknownSites(one: Configured, { sites }: JudgedFleet): string[] {
  return exceptionsIn(one).flatMap(({ rule, site }) => {
    const text = site === undefined ? undefined : misspelledSite(site, sites);
    return text === undefined ? [] : [`Exception${whose(one)} for ${rule} is about ${text}, or end it.`];
  });
}

function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? "" : ` (did you mean ${near}?)`;
}

function expired(one: Configured, { today }: JudgedFleet): string[] {
  return exceptionsIn(one).flatMap(({ rule, site, reason, expires }) => {
    const which = `Exception${whose(one)} for ${rule}`;
    if (!isDay(expires)) return [`${which} has no day to expire on ("${expires}"): give YYYY-MM-DD.`];
    if (expires >= today) return [];
    const where = site === undefined ? "" : ` at ${site}`;
    return [`${which}${where} expired ${expires}: ${reason}`];
  });
}
