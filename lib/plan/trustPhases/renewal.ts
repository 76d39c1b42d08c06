/** A certificate that runs of a program renew. */
export interface RenewedCertificate {
  /** End of its validity, ISO 8601. */
  readonly notAfter: string;
  /** Hours before its end from which a run renews it, more than 0. */
  readonly earlyRenewalHours: number;
}

/** What is wrong with a certificate that no run ever renews, as a phrase. */
export const NEVER_RENEWED = "is never renewed: its earlyRenewalHours is 0";

/**
 * Why the renewal of a certificate is late, as a phrase; undefined when it is not. Late is when half of the window in
 * which runs renew it has gone by: every scheduled run since has failed, or there was none.
 * @param now time of the decision, ISO 8601
 */
export function lateRenewal({ notAfter, earlyRenewalHours }: RenewedCertificate, now: string): string | undefined {
  const hoursLeft = (Date.parse(notAfter) - Date.parse(now)) / 3_600_000;
  if (!Number.isFinite(hoursLeft)) return `has no end that can be read ("${notAfter}")`;
  if (hoursLeft > earlyRenewalHours / 2) return undefined;
  const days = (hours: number) => `${Math.round(hours / 24)} days`;
  const left = hoursLeft < 0 ? `ended ${days(-hoursLeft)} ago` : `ends in ${days(hoursLeft)}`;
  return `${left}, on ${notAfter.slice(0, 10)}, and was to be renewed from ${days(earlyRenewalHours)} before its end`;
}
