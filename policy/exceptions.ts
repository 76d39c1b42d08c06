import { idOf } from "./rule";
import type { Exception, Settings } from "./settings";

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** Whether an exception is about a rule: it says the id or the whole name. */
export function isAbout(exception: Exception, rule: string): boolean {
  return exception.rule === rule || exception.rule.toUpperCase() === idOf(rule);
}

/** Whether a finding of a rule is accepted; `site` is undefined for a finding about none. */
export type Excepted = (rule: string, site: string | undefined) => boolean;

/**
 * What settings accept on a day (`YYYY-MM-DD`, UTC): what an exception is about that is in force. One without a reason
 * accepts nothing.
 */
export function acceptedBy({ exceptions = [] }: Pick<Settings, "exceptions">, today: string): Excepted {
  const holding = exceptions.filter((one) => isInForce(one, today) && one.reason.trim() !== "");
  return (rule, site) => holding.some((one) => isAbout(one, rule) && (one.site === undefined || one.site === site));
}

function isInForce({ expires }: Exception, today: string): boolean {
  return isDay(expires) && expires >= today;
}

/**
 * The exceptions in force, each as a sentence.
 * @param isShown whether an exception is to be among them
 */
export function exceptionNotes(
  { exceptions = [] }: Pick<Settings, "exceptions">,
  today: string,
  isShown: (exception: Exception) => boolean = () => true,
): string[] {
  return exceptions
    .filter((one) => isInForce(one, today) && isShown(one))
    .map(({ rule, site, reason, expires }) => {
      const where = site === undefined ? "" : ` at ${site}`;
      return `Exception for ${rule}${where} until ${expires}: ${reason}`;
    });
}
