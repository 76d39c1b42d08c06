/** What lies at a path such as `endpoints.0.target` of plain data. */
function field(of: unknown, path: string): unknown {
  let at = of;
  for (const step of path.split("."))
    at = typeof at === "object" && at !== null ? (at as Readonly<Record<string, unknown>>)[step] : undefined;
  return at;
}

/** The text at a path; undefined where there is none. */
export function text(of: unknown, path: string): string | undefined {
  const value = field(of, path);
  return typeof value === "string" ? value : undefined;
}

/** The number at a path; undefined where there is none. */
export function number(of: unknown, path: string): number | undefined {
  const value = field(of, path);
  return typeof value === "number" ? value : undefined;
}

/** The list at a path, empty where there is none. */
export function list(of: unknown, path: string): readonly unknown[] {
  const value = field(of, path);
  return Array.isArray(value) ? value : [];
}

/** Whether anything lies at a path. */
export function has(of: unknown, path: string): boolean {
  return field(of, path) !== undefined;
}
