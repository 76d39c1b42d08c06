import { idOf } from "./rule";
import type { Exception } from "./settings";

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

/** The exception that accepts a finding today; an expired one accepts nothing, nor does one without a reason. */
export function accepting(
  exceptions: readonly Exception[],
  rule: string,
  site: string | undefined,
  today: string,
): Exception | undefined {
  return exceptions.find(
    (one) =>
      isAbout(one, rule) &&
      (one.site === undefined || one.site === site) &&
      isDay(one.expires) &&
      one.expires >= today &&
      one.reason.trim() !== "",
  );
}
