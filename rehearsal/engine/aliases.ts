import type { RunContext } from "./context";
import type { Alias, ResourceState } from "./state";
import { isUrn, makeUrn, nameOf, qualifiedTypeOf, stackType, typeOf } from "./urns";

/** Why an alias is none, in the words of the real engine; undefined for one that is. */
export function aliasProblem({ urn, parent = "" }: Alias): string | undefined {
  if (urn !== undefined) return isUrn(urn) ? undefined : `invalid alias URN: invalid URN ${JSON.stringify(urn)}`;
  return parent === "" || isUrn(parent) ? undefined : `invalid parent alias URN: invalid URN ${JSON.stringify(parent)}`;
}

/** Finds the old state of a resource under its present URN or a former one. */
export class Aliases {
  /** Former URN that was taken over: present URN. */
  readonly taken = new Map<string, string>();
  /** Present URN: former URN that it was found under. */
  readonly former = new Map<string, string>();

  constructor(
    private readonly context: RunContext,
    /** The URNs registered so far. */
    private readonly urns: Set<string>,
  ) {}

  private collapse(name: string, type: string, resourceParent: string, alias: Alias): string {
    if (alias.urn !== undefined) return alias.urn;
    const given = alias.parent ?? "";
    const parent = given === "" ? resourceParent : (this.former.get(given) ?? given);
    const none = alias.noParent === true || (parent !== "" && qualifiedTypeOf(parent) === stackType);
    return makeUrn(
      alias.stack || this.context.stack,
      alias.project || this.context.project,
      none ? "" : parent,
      alias.type || type,
      alias.name || name,
    );
  }

  /** A child whose name begins with its parent's was called after it, and is assumed to have been renamed with it. */
  private inherited(type: string, name: string, parent: string, formerParent: string): string {
    const parentName = nameOf(parent);
    const formerName = name.startsWith(parentName) ? nameOf(formerParent) + name.slice(parentName.length) : name;
    return makeUrn(this.context.stack, this.context.project, formerParent, type, formerName);
  }

  private candidates(name: string, type: string, parent: string, aliases: Alias[]): Set<string> {
    const own = aliases.map((alias) => this.collapse(name, type, parent, alias));
    const found = new Set(own);
    const formerParent = this.former.get(parent);
    if (formerParent === undefined) return found;
    found.add(this.inherited(type, name, parent, formerParent));
    for (const urn of own) found.add(this.inherited(typeOf(urn), nameOf(urn), parent, formerParent));
    return found;
  }

  /** The old state, and the former URN when it was found under one; invalid when two resources claim the same. */
  find(
    urn: string,
    name: string,
    type: string,
    parent: string,
    aliases: Alias[],
  ): { old?: ResourceState; alias?: string; invalid: boolean } {
    let invalid = false;
    const conflict = (message: string): void => {
      invalid = true;
      this.context.report("error", urn, message);
    };
    const claimant = this.taken.get(urn);
    if (claimant !== undefined)
      conflict(`Duplicate resource URN '${urn}' conflicting with alias on resource with URN '${claimant}'`);
    for (const candidate of [urn, ...this.candidates(name, type, parent, aliases)]) {
      const old = this.context.olds.get(candidate);
      if (old === undefined) continue;
      if (candidate === urn) return { old, invalid };
      const clash = (other: string): string =>
        `Duplicate resource alias '${candidate}' applied to resource with URN '${urn}' conflicting with resource with URN '${other}'`;
      const previous = this.taken.get(candidate);
      if (this.urns.has(candidate)) conflict(clash(urn));
      if (previous !== undefined) conflict(clash(previous));
      this.taken.set(candidate, urn);
      this.former.set(urn, candidate);
      return { old, alias: candidate, invalid };
    }
    return { invalid };
  }
}
