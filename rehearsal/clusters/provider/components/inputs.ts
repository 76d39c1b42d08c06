import { isObject, isSecret, plain, reveal } from "../../../clouds/wire";
import type { Properties } from "../../../engine/provider";
import { manifestOf } from "./objects";

export const isText = (value: unknown): value is string => typeof value === "string";

/** Inputs by name and kind, in clear but for objects. */
export class Inputs {
  /** @param given in wire form, of which everything is known. */
  constructor(readonly given: Properties) {}

  private refuse(name: string, kind: string): never {
    throw new Error(`setting args: copying input "${name}": it must be ${kind}`);
  }
  private take<T>(name: string, fits: (value: unknown) => value is T, kind: string): T | undefined {
    const value = plain(this.given[name]) ?? undefined;
    if (value === undefined || fits(value)) return value;
    return this.refuse(name, kind);
  }
  text(name: string): string | undefined {
    return this.take(name, isText, "a text");
  }
  flag(name: string): boolean {
    return this.take(name, (value) => typeof value === "boolean", "true or false") ?? false;
  }
  map(name: string): Properties | undefined {
    return this.take(name, isObject, "a mapping");
  }
  list<T>(name: string, fits: (value: unknown) => value is T, kind: string): T[] {
    const isList = (value: unknown): value is T[] => Array.isArray(value) && value.every(fits);
    return this.take(name, isList, `a list of ${kind}`) ?? [];
  }
  /** Manifests of a list, of which what was secret stays so. */
  objects(name: string): Properties[] {
    const given = this.given[name];
    const list = reveal(given) ?? [];
    const kind = "a list of objects";
    if (!Array.isArray(list)) return this.refuse(name, kind);
    return list.map((item) => manifestOf(item, isSecret(given)) ?? this.refuse(name, kind));
  }
}
