/** A map of plain data, as JSON has it. */
export type Plain = Record<string, unknown>;

/** One Kubernetes object as plain data, ready to be applied: its own copy, which the caller may change. */
export interface KubernetesObject extends Plain {
  apiVersion: string;
  kind: string;
  metadata: Plain & { name: string; namespace?: string };
}

/** Whether a value is a map that is no list. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands at a path; undefined where nothing does. */
export function at(of: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isPlain(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    of,
  );
}

/** The map at a path, made where there is none. */
export function mapAt(of: Plain, ...path: readonly string[]): Plain {
  let place = of;
  for (const key of path) {
    const next = Object.hasOwn(place, key) ? place[key] : undefined;
    const map: Plain = isPlain(next) ? next : {};
    place[key] = map;
    place = map;
  }
  return place;
}

/** The list at a path; empty where there is none. */
export function listAt(of: unknown, ...path: readonly string[]): unknown[] {
  const value = at(of, ...path);
  return Array.isArray(value) ? value : [];
}

/** The labels at a path: entries whose value is a text. */
export function labelsAt(of: unknown, ...path: readonly string[]): Record<string, string> {
  const value = at(of, ...path);
  const texts = Object.entries(isPlain(value) ? value : {}).filter((entry): entry is [string, string] => {
    return typeof entry[1] === "string";
  });
  return Object.fromEntries(texts);
}

/** A deep copy of plain data, as JSON would bring it to an API server: integers beyond 2^53 lose their last digits. */
export function copyOf(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]));
}
