/** Whether a value is a plain map: neither a list, nor an Output or any other object of a class. */
export function isMapOfValues(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** The maps of a value copied, everything in them as it is: Outputs stay what they are. */
export function copyMaps(of: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(of).map(([key, value]) => [key, isMapOfValues(value) ? copyMaps(value) : value]),
  );
}
