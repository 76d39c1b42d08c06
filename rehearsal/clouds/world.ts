import type { Properties } from "../engine/provider";
import { NO_REAL_CLUSTERS, type RealClusters } from "./realClusters";

/** A thing that exists in a simulated cloud. */
export interface Thing {
  urn: string;
  type: string;
  id: string;
  /** Where it is: an account, a region of an account, a project, a subscription or a cluster. */
  scope: string;
  /** Inputs and outputs with every secret revealed, for rules to read. They never leave the cloud. */
  inputs: Properties;
  outputs: Properties;
  /** Other texts that mean this thing where something refers to it, such as its ARN or self link. */
  handles: readonly string[];
  /** Texts that no second thing of its type and scope may have, such as its name. */
  unique: readonly string[];
  /** What it refers to. */
  uses: readonly Use[];
}

/** A reference from one thing to another. */
export interface Use {
  target: Thing;
  /** The property that refers. */
  path: string;
  /** The target cannot be deleted while this one exists. */
  holds: boolean;
}

/**
 * Everything that exists in all the clouds of one rehearsal. Two providers of one account and region see the same things.
 * All look-ups go through an index, so that a fleet of 255 sites costs 255 times one site.
 */
export class World {
  private readonly byId = new Map<string, Thing>();
  private readonly byHandle = new Map<string, Thing>();
  private readonly byName = new Map<string, Thing>();
  private readonly anywhere = new Map<string, Set<Thing>>();
  private readonly byText = new Map<string, Set<Thing>>();
  private readonly users = new Map<Thing, Set<Thing>>();
  private readonly buried = new Map<string, Thing>();
  private readonly ofType = new Map<string, Set<Thing>>();

  /**
   * @param trusted ids, ARNs and names of things outside the rehearsal, to which references are taken on trust.
   * @param realClusters API servers that are real behind clusters that are simulated.
   */
  constructor(
    readonly trusted: ReadonlySet<string> = new Set(),
    readonly realClusters: RealClusters = NO_REAL_CLUSTERS,
  ) {}

  /** Adds a thing, or puts a newer one in the place of that with the same type, scope and id. */
  put(thing: Thing): void {
    const old = this.byId.get(key(thing.type, thing.scope, thing.id));
    const users = old === undefined ? undefined : this.users.get(old);
    if (old !== undefined) this.remove(old);
    this.byId.set(key(thing.type, thing.scope, thing.id), thing);
    bucket(this.ofType, key(thing.type, thing.scope)).add(thing);
    for (const handle of new Set([thing.id, ...thing.handles])) {
      this.byHandle.set(key(thing.type, thing.scope, handle), thing);
      bucket(this.anywhere, key(thing.type, handle)).add(thing);
      bucket(this.byText, handle).add(thing);
    }
    for (const name of thing.unique) this.byName.set(key(thing.type, thing.scope, name), thing);
    for (const { target } of thing.uses) bucket(this.users, target).add(thing);
    for (const user of users ?? []) {
      user.uses = user.uses.map((use) => (use.target === old ? { ...use, target: thing } : use));
      bucket(this.users, thing).add(user);
    }
  }

  /** Removes a thing whose name its cloud keeps for a while: it can be told afterwards that it was there. */
  bury(thing: Thing): void {
    this.remove(thing);
    for (const name of [thing.id, ...thing.unique]) this.buried.set(key(thing.type, thing.scope, name), thing);
  }

  /** The thing that had an id or a name and is deleted. */
  buriedAs(type: string, scope: string, name: string): Thing | undefined {
    return this.buried.get(key(type, scope, name));
  }

  /** What was deleted of a type in a scope, and can be brought back. */
  *allBuried(type: string, scope: string): Iterable<Thing> {
    for (const thing of new Set(this.buried.values())) if (thing.type === type && thing.scope === scope) yield thing;
  }

  remove(thing: Thing): void {
    const forget = (index: Map<string, Thing>, at: string) => {
      if (index.get(at) === thing) index.delete(at);
    };
    forget(this.byId, key(thing.type, thing.scope, thing.id));
    this.ofType.get(key(thing.type, thing.scope))?.delete(thing);
    for (const handle of [thing.id, ...thing.handles]) {
      forget(this.byHandle, key(thing.type, thing.scope, handle));
      this.anywhere.get(key(thing.type, handle))?.delete(thing);
      this.byText.get(handle)?.delete(thing);
    }
    for (const name of thing.unique) forget(this.byName, key(thing.type, thing.scope, name));
    for (const { target } of thing.uses) this.users.get(target)?.delete(thing);
    this.users.delete(thing);
  }

  get(type: string, scope: string, id: string): Thing | undefined {
    return this.byId.get(key(type, scope, id));
  }

  /** The thing of a scope that an id, an ARN, a self link or a name means. */
  find(type: string, scope: string, handle: string): Thing | undefined {
    return this.byHandle.get(key(type, scope, handle));
  }

  /** Whether the text means anything at all here, of whatever type and scope. */
  knows(handle: string): boolean {
    return (this.byText.get(handle)?.size ?? 0) > 0;
  }

  /** A thing of any other scope that the text means. */
  elsewhere(type: string, handle: string): Thing | undefined {
    const [first] = this.anywhere.get(key(type, handle)) ?? [];
    return first;
  }

  /** The thing that has a name already. */
  named(type: string, scope: string, name: string): Thing | undefined {
    return this.byName.get(key(type, scope, name));
  }

  /** The things that refer to a thing. */
  usersOf(thing: Thing): ReadonlySet<Thing> {
    return this.users.get(thing) ?? new Set();
  }

  /** The things of a type in a scope, in the order of their creation. */
  all(type: string, scope: string): Iterable<Thing> {
    return this.ofType.get(key(type, scope)) ?? [];
  }
}

function key(...parts: string[]): string {
  return parts.join("\n");
}

function bucket<K>(index: Map<K, Set<Thing>>, at: K): Set<Thing> {
  const found = index.get(at);
  if (found !== undefined) return found;
  const made = new Set<Thing>();
  index.set(at, made);
  return made;
}
