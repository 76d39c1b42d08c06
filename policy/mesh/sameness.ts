import { type Installation, isKnown, type Setting } from "pulumi-multisite/plan";
import type { Finding } from "../judged";

/** The members of a mesh by what they are set to, the most frequent first; what is not known differs from nothing. */
export function groups<T extends string | number>(
  members: readonly Installation[],
  of: (one: Installation) => Setting<T>,
): { readonly value: T; readonly members: readonly Installation[] }[] {
  const found = new Map<T, Installation[]>();
  for (const one of members) {
    const value = of(one);
    if (isKnown(value)) found.set(value, [...(found.get(value) ?? []), one]);
  }
  return [...found].map(([value, members]) => ({ value, members })).sort((a, b) => b.members.length - a.members.length);
}

/** One finding for those that differ from the most: what each has, and what all must. */
export function differing<T extends string | number>(
  members: readonly Installation[],
  what: string,
  of: (one: Installation) => Setting<T>,
): Finding[] {
  const [most, ...others] = groups(members, of);
  if (most === undefined || others.length === 0) return [];
  const parts = [most, ...others].map(
    ({ value, members }) => `${value} at ${members.map(({ called }) => called).join(", ")}`,
  );
  const [first] = others[0]!.members;
  return [
    {
      message: `The sites of one mesh have one ${what}, but there is ${parts.join("; ")}.`,
      ...{ site: first?.site, urn: first?.urn },
    },
  ];
}
