import { type Cidr, contains, formatCidr, overlap, parseCidr, readCidr } from "../../lib/plan/cidr";
import { nearest } from "../../lib/plan/nearest";
import type { CheckFailure } from "../engine/provider";
import type { Making, Subject, ValueRule } from "./model";
import { type Regional, regionRefusal, zoneRefusal } from "./regions";
import { at, select, show } from "./wire";
import type { Thing } from "./world";

/** One of these values. */
export function oneOf(...allowed: readonly (string | number)[]): ValueRule {
  return (value) => {
    if (allowed.includes(value as string)) return undefined;
    const near = typeof value === "string" ? nearest(value, allowed.map(String)) : undefined;
    const hint = near === undefined ? "" : `; did you mean ${show(near)}?`;
    return `must be one of ${allowed.map(show).join(", ")}; got ${show(value)}${hint}`;
  };
}

/** A whole number of this range. */
export function between(min: number, max: number, unit = ""): ValueRule {
  const tail = unit === "" ? "" : ` ${unit}`;
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}${tail}; got ${show(value)}`;
}

/** A text of this form, which `says` puts in words to follow "must be". */
export function matches(form: RegExp, says: string): ValueRule {
  return (value) => (typeof value === "string" && form.test(value) ? undefined : `must be ${says}; got ${show(value)}`);
}

/** All of the rules, the first that complains speaks. */
export function all(...rules: readonly ValueRule[]): ValueRule {
  return (value, subject) => {
    for (const rule of rules) {
      const reason = rule(value, subject);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

/** A canonical IPv4 range whose prefix length is from `widest` to `narrowest`. */
export function cidr(widest = 0, narrowest = 32): ValueRule {
  return (value) => {
    if (typeof value !== "string") return undefined;
    const read = readCidr(value);
    if (!("fault" in read)) {
      const fits = read.prefix >= widest && read.prefix <= narrowest;
      return fits ? undefined : `must have a prefix length from /${widest} to /${narrowest}; got "${value}"`;
    }
    if (read.fault === "not canonical")
      return `must begin at its first address; got "${value}", which is ${read.canonical}`;
    return `must be an IPv4 range such as 10.1.0.0/16; got "${value}"`;
  };
}

/** A range of IPv4 or IPv6; only the former is judged. */
export const anyCidr: ValueRule = (value, subject) =>
  typeof value === "string" && /^[0-9a-fA-F:]+\/\d{1,3}$/.test(value) ? undefined : cidr()(value, subject);

/** A JSON text. `says` names what it is. */
export function json(says: string): ValueRule {
  return (value) => {
    if (typeof value !== "string") return undefined;
    try {
      const parsed: unknown = JSON.parse(value);
      return typeof parsed === "object" && parsed !== null ? undefined : `must be ${says} in JSON; got ${show(value)}`;
    } catch {
      return `must be ${says} in JSON; it cannot be read as JSON`;
    }
  };
}

/** A zone of the resource's region. */
export function zone(cloud: Regional): ValueRule {
  return (value, { region }) => (typeof value === "string" ? zoneRefusal(cloud, region, value) : undefined);
}

/** A region of the cloud. */
export function region(cloud: Regional): ValueRule {
  return (value) =>
    typeof value === "string" ? regionRefusal(cloud, value.toLowerCase().replaceAll(" ", "")) : undefined;
}

/** Exactly one of the paths has a value. What is unknown may turn out to be absent, and is not counted against it. */
export function exactlyOne(...paths: readonly string[]) {
  return ({ inputs }: Subject): CheckFailure | undefined => {
    const given = paths.filter((path) => select(inputs, path).length > 0);
    if (given.length === 1 || (given.length === 0 && paths.some((path) => has(inputs, path)))) return undefined;
    const reason = `exactly one of ${paths.join(", ")} must be given; got ${given.join(" and ") || "none"}`;
    return { property: given[1] ?? "", reason };
  };
}

/** At most one of the paths has a value. */
export function atMostOne(...paths: readonly string[]) {
  return ({ inputs }: Subject): CheckFailure | undefined => {
    const given = paths.filter((path) => select(inputs, path).length > 0);
    if (given.length < 2) return undefined;
    return { property: given[1]!, reason: `cannot be given together with ${given[0]}; remove one of them` };
  };
}

/** The numbers at the paths never fall from left to right. */
export function ascending(...paths: readonly string[]) {
  return ({ inputs }: Subject): CheckFailure | undefined => {
    const known = paths.flatMap((path) => select(inputs, path)).filter(({ value }) => typeof value === "number");
    for (let i = 1; i < known.length; i++) {
      const [low, high] = [known[i - 1]!, known[i]!];
      if ((low.value as number) <= (high.value as number)) continue;
      return {
        property: low.path,
        reason: `must be at most ${high.path} (${show(high.value)}); got ${show(low.value)}`,
      };
    }
    return undefined;
  };
}

/** When `when` holds, the path must have a value. */
export function requires(path: string, when: (subject: Subject) => boolean, why: string) {
  return (subject: Subject): CheckFailure | undefined =>
    when(subject) && !has(subject.inputs, path) ? { property: path, reason: `must be given ${why}` } : undefined;
}

/** When `when` holds, the path must have none. */
export function forbids(path: string, when: (subject: Subject) => boolean, why: string) {
  return (subject: Subject): CheckFailure | undefined =>
    when(subject) && select(subject.inputs, path).length > 0
      ? { property: path, reason: `cannot be given ${why}` }
      : undefined;
}

/** True when the path has a value, be it unknown: then the program gives one. */
export function has(inputs: unknown, path: string): boolean {
  if (select(inputs, path).length > 0) return true;
  const [parent, name] = /^(.*)\.([^.]+)$/.exec(path)?.slice(1) ?? ["", path];
  const holder = parent === "" ? inputs : at(inputs, parent!);
  const value =
    typeof holder === "object" && holder !== null && Object.hasOwn(holder, name!)
      ? (holder as { [name: string]: unknown })[name!]
      : undefined;
  return value !== undefined && value !== null;
}

/** The ranges at `path` lie inside one of the target's ranges. */
export function insideOf(
  path: string,
  target: (making: Making) => Thing | undefined,
  ranges: (thing: Thing) => readonly Cidr[],
) {
  return (making: Making): string | undefined => {
    const around = target(making);
    if (around === undefined) return undefined;
    const outer = ranges(around);
    const lost = cidrsAt(making.inputs, path).find((inner) => !outer.some((range) => contains(range, inner)));
    if (lost === undefined || outer.length === 0) return undefined;
    return `${path}: ${formatCidr(lost)} is not inside ${outer.map(formatCidr).join(", ")}, the range of ${around.id}`;
  };
}

/** The ranges at `path` overlap no range of another thing of the same kind that refers to the same target. */
export function apartFrom(
  path: string,
  target: (making: Making) => Thing | undefined,
  ranges: (thing: Thing) => readonly Cidr[],
) {
  return (making: Making): string | undefined => {
    const around = target(making);
    if (around === undefined) return undefined;
    const mine = cidrsAt(making.inputs, path);
    for (const sibling of making.world.usersOf(around)) {
      if (sibling.type !== making.type || sibling.id === making.id) continue;
      for (const theirs of ranges(sibling)) {
        const clash = mine.find((range) => overlap(range, theirs));
        if (clash !== undefined)
          return `${path}: ${formatCidr(clash)} overlaps ${formatCidr(theirs)} of ${sibling.id}; choose a range that is free`;
      }
    }
    return undefined;
  };
}

/** The canonical IPv4 ranges at a path. */
export function cidrsAt(root: unknown, path: string): Cidr[] {
  return select(root, path).flatMap(({ value }) => {
    const isRange = typeof value === "string" && !("fault" in readCidr(value));
    return isRange ? [parseCidr(value)] : [];
  });
}
