import { firstOf } from "../../lib/plan/firstOf";
import type { Properties } from "../engine/provider";
import { subjectOf } from "./check";
import type { Account, Cloud, Making, Model, Subject } from "./model";
import { hex } from "./sdk/madeUp";
import type { ResourceSchema } from "./sdk/package";
import { at, same, select, show } from "./wire";
import type { Thing, Use, World } from "./world";

/** A resource type as one provider instance sees it. */
export interface Kind {
  cloud: Cloud;
  schema: ResourceSchema;
  model: Model | undefined;
  account: Account;
  world: World;
  /** Makes the ids of one rehearsal differ from those of another. */
  seed: string;
}

/** Which resource of the program. */
export interface Identity {
  urn: string;
  type: string;
  name: string;
  isImported?: boolean;
}

/** The scope of a thing: whose cloud it is in, and in which region unless the type is global there. */
export function scopeOf(kind: Kind, subject: Subject): string {
  const isRegional = (kind.model?.scope ?? "region") === "region" && subject.region !== undefined;
  const owned = scopeOfAccount(kind.cloud, kind.account);
  return isRegional && kind.cloud.isOneScope !== true ? `${owned}/${subject.region}` : owned;
}

/** The scope of what is global in an account. */
export function scopeOfAccount(cloud: Cloud, { owner }: Account): string {
  return cloud.isOneScope === true ? cloud.title : `${cloud.title}/${owner ?? "?"}`;
}

/** Prepares a resource for its model's rules. @throws Error that lists every reference that leads nowhere. */
export function making(
  kind: Kind,
  identity: Identity,
  inputs: Properties,
  id?: string,
): { making: Making; uses: Use[]; problems: string[] } {
  const subject = subjectOf(identity, inputs, kind.cloud, kind.account);
  const scope = scopeOf(kind, subject);
  const { uses, problems } = resolve(kind, subject, scope);
  const chosen = id === undefined ? chooseId(kind, subject, scope) : { id };
  if (chosen.taken !== undefined) problems.push(chosen.taken);
  const of = (path: string) =>
    uses.filter((use) => use.path.replace(/\[\d+\]/g, "[*]") === path).map(({ target }) => target);
  return {
    making: {
      ...subject,
      id: chosen.id,
      isImported: identity.isImported === true,
      scope,
      world: kind.world,
      target: (path) => of(path)[0],
      targets: of,
      hex: (length, label = "") => hex(length, chosen.id, subject.type, label),
    },
    uses,
    problems,
  };
}

/** What the cloud refuses when the thing is made (`old` undefined) or changed. Empty when it agrees. */
export function refusals(kind: Kind, { making: it, problems }: ReturnType<typeof making>, old?: Properties): string[] {
  const found = [...problems];
  for (const [fields, name] of uniqueNames(kind.model, it)) {
    const other = kind.world.named(it.type, it.scope, name);
    if (other !== undefined && other.id !== it.id) {
      found.push(`${fields} ${show(name)} exists already in ${place(it.scope)}: ${other.urn} has it; choose another`);
    }
  }
  for (const rule of [...(kind.model?.world ?? []), ...(kind.model?.soon ?? [])]) {
    const problem = rule(it);
    if (problem !== undefined) found.push(problem);
  }
  for (const [path, remedy] of old === undefined ? [] : Object.entries(kind.model?.frozen ?? {})) {
    const [before, after] = [old, it.inputs].map((inputs) => at(inputs, path) ?? kind.model?.absent?.[path]);
    if (!same(before, after)) found.push(`${path} cannot change from ${show(before)} to ${show(after)}: ${remedy}`);
  }
  return found;
}

/** Puts the thing into the world, in place of what it was before. */
export function settle(kind: Kind, { making: it, uses }: ReturnType<typeof making>, outputs: Properties): Thing {
  const handles = (kind.model?.handles ?? ["arn"])
    .flatMap((path) => select(outputs, path))
    .flatMap(({ value }) => (typeof value === "string" ? [value] : []));
  const { urn, type, id, scope, inputs } = it;
  const canonical = kind.cloud.handle?.(id, type, it);
  if (canonical !== undefined) handles.push(canonical);
  const unique = uniqueNames(kind.model, it).map(([, name]) => name);
  const thing: Thing = { urn, type, id, scope, inputs, outputs, handles, unique, uses };
  kind.world.put(thing);
  return thing;
}

/** Why a thing cannot be deleted; empty when it can. */
export function obstacles(kind: Kind, thing: Thing): string[] {
  const reason = kind.model?.undeletable?.(thing, kind.world);
  const held = [...kind.world.usersOf(thing)].filter((user) =>
    user.uses.some((use) => use.target === thing && use.holds),
  );
  const users = held.map((user) => `${user.id} (${user.type})`);
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(held.length === 0 ? [] : [`it is in use by ${firstOf(users, 5)}; delete those first`]),
  ];
}

/** Where a scope is, in words. */
export function place(scope: string): string {
  return scope.replace("/", " ").replace("/", ", ");
}

/**
 * Texts that only a cloud hands out: ids, ARNs, resource ids and links. Where the program names one that the rehearsal did
 * not make, as of a network that a team was given, it is taken to exist. Names are not: those are the program's own words,
 * and a wrong one is a mistake that the cloud would refuse.
 */
const GIVEN =
  /^[a-z]+-([0-9a-f]{8}|[0-9a-f]{17})$|^arn:aws[\w-]*:|^\/subscriptions\/[0-9a-f-]{36}\/|^projects\/[^/]+\/|^https:\/\//i;

function resolve(kind: Kind, subject: Subject, scope: string): { uses: Use[]; problems: string[] } {
  const uses: Use[] = [];
  const problems: string[] = [];
  for (const [path, reference] of Object.entries(kind.model?.refers ?? {})) {
    for (const { path: found, value } of select(subject.inputs, path)) {
      if (typeof value !== "string" || reference.unless?.test(value) === true || kind.world.trusted.has(value))
        continue;
      const handles = reference.to.map((type): [string, string] => {
        const written = reference.handle?.(value, subject) ?? value;
        return [type, kind.cloud.handle?.(written, type, subject) ?? written];
      });
      const target = first(
        handles,
        ([type, handle]) =>
          kind.world.find(type, scope, handle) ??
          kind.world.find(type, above(scope), handle) ??
          (reference.isAnywhere === true ? kind.world.elsewhere(type, handle) : undefined),
      );
      if (target !== undefined) uses.push({ target, path: found, holds: reference.holds === true });
      else if (kind.world.knows(value) || !(reference.given ?? GIVEN.test(value)))
        problems.push(nowhere(kind.world, handles, found, value, scope));
    }
  }
  return { uses, problems };
}

function nowhere(world: World, handles: [string, string][], path: string, value: string, scope: string): string {
  const other = first(handles, ([type, handle]) => world.elsewhere(type, handle));
  const what = handles.map(([type]) => type.split(":").at(-1)).join(" or ");
  if (other !== undefined)
    return `${path}: ${what} ${show(value)} is in ${place(other.scope)}, not in ${place(scope)}; use one of the same place`;
  return `${path}: ${what} ${show(value)} does not exist in ${place(scope)}; what exists outside the program must be read first (get), or named as existing`;
}

/** Ids may be as short as one byte: then one that was used is given again at last. */
const MOST_TRIES = 1000;

/** What a cloud makes up is given to one thing only, and to none after that is deleted. */
function chooseId(kind: Kind, subject: Subject, scope: string): { id: string; taken?: string } {
  for (let generation = 0; ; generation++) {
    let isRandom = false;
    const digits = (length: number, label = "") => {
      isRandom = true;
      return hex(length, kind.seed, scope, subject.urn, label, generation);
    };
    const id = kind.model?.id?.({ ...subject, hex: digits }) ?? kind.cloud.id(subject, kind.schema, digits);
    const other = kind.world.get(subject.type, scope, id);
    if (isRandom) {
      const isUsed = other !== undefined || kind.world.buriedAs(subject.type, scope, id) !== undefined;
      if (!isUsed || generation === MOST_TRIES) return { id };
    } else if (other === undefined) return { id };
    else if (kind.model === undefined) return { id: `${id}~${hex(6, subject.urn, generation)}` };
    else
      return { id, taken: `${show(id)} exists already in ${place(scope)}: ${other.urn} made it; choose another name` };
  }
}

/** The names that no second thing may have, each with the properties that make it. */
function uniqueNames(model: Model | undefined, subject: Subject): [string, string][] {
  const fields = model?.unique ?? (model?.name === undefined ? [] : [[model.name.property]]);
  return fields.flatMap((paths): [string, string][] => {
    const parts = paths.map((path) => at(subject.inputs, path) ?? "-");
    return parts[0] === "-" ? [] : [[paths.join(", "), parts.map(String).join(", ")]];
  });
}

/** The scope of the whole account, where things of all regions lie. */
function above(scope: string): string {
  return scope.split("/").slice(0, 2).join("/");
}

function first<T, R>(list: readonly T[], look: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const found = look(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
