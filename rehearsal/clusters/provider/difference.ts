import { quantityOf } from "../../../lib/plan/demand";
import { isObject, isUnknown } from "../../clouds/wire";
import { formatPath } from "../../engine/paths";
import type { PropertyDiff } from "../../engine/provider";
import { type Place, touches } from "./immutable";

type Differences = { [path: string]: PropertyDiff };

/** Stands for a field that is not there, other than one that is null. */
const MISSING = Symbol("missing");

/**
 * What differs between an object, cut to the fields that the program gave, and what the program gives now.
 * @param before the inputs that led to the object: a value of theirs that the API server only writes in another way, such as
 * `1000m` for `1`, is no difference as long as it stays.
 * @param replacing fields whose change replaces the object.
 */
export function differences(live: unknown, before: unknown, now: unknown, replacing: readonly string[]): Differences {
  const found: Differences = {};
  const note = (place: Place, kind: "add" | "delete" | "update", value: unknown): void => {
    const isReplaced = replacing.some((field) => touches(field, place, value));
    found[pathOf(place)] = { kind: isReplaced ? `${kind}-replace` : kind, inputDiff: kind === "delete" };
  };
  const visit = (place: Place, old: unknown, was: unknown, fresh: unknown): void => {
    if (old === MISSING && (fresh === MISSING || fresh === null)) return;
    if (fresh === MISSING || (fresh === null && old !== null)) note(place, "delete", null);
    else if (old === MISSING) note(place, "add", fresh);
    else if (isUnknown(fresh)) note(place, "update", fresh);
    else if (isObject(old) && isObject(fresh)) {
      for (const name of Object.keys({ ...old, ...fresh })) {
        visit([...place, name], field(old, name), field(was, name), field(fresh, name));
      }
    } else if (Array.isArray(old) && Array.isArray(fresh)) {
      for (let i = 0; i < Math.max(old.length, fresh.length); i++) {
        visit([...place, i], field(old, i), field(was, i), field(fresh, i));
      }
    } else if (old !== fresh && !(was === fresh && saysTheSame(old, fresh))) note(place, "update", fresh);
  };
  visit([], live, before, now);
  return found;
}

function field(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return typeof name === "number" && name < value.length ? value[name] : MISSING;
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : MISSING;
}

/** True for two ways to write one amount, one number or one truth value. */
function saysTheSame(left: unknown, right: unknown): boolean {
  if (String(left) === String(right)) return true;
  try {
    return quantityOf(left) === quantityOf(right);
  } catch {
    return false;
  }
}

/** As the real provider writes paths: names in brackets only where they have to be. */
function pathOf(place: Place): string {
  return place
    .map((step, i) => {
      if (typeof step === "number") return `[${step}]`;
      if (/[."[\]]/.test(step)) return formatPath([step]);
      return i === 0 ? step : `.${step}`;
    })
    .join("");
}
