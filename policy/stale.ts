/** Days after which a measurement is no longer relied on. */
const YEAR = 365;

/** Whether a measurement of a day (`YYYY-MM-DD`) is more than a year old today, or cannot be dated. */
export function isOld(verifiedAt: string, today: string): boolean {
  const days = (Date.parse(today) - Date.parse(verifiedAt)) / 86_400_000;
  return !(days <= YEAR);
}
