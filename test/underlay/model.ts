import { type Cidr, contains, parseAddress, parseCidr } from "../../lib/plan/cidr";

/** A resource as a rehearsal's state has it. */
export interface Resource {
  readonly type: string;
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What the clouds of a rehearsal hold, by type, and within a type by the text of a property. */
export class Clouds {
  private readonly byType = new Map<string, Resource[]>();
  private readonly indices = new Map<string, Map<string, Resource[]>>();

  constructor(resources: readonly Resource[]) {
    for (const one of resources) {
      const same = this.byType.get(one.type);
      if (same === undefined) this.byType.set(one.type, [one]);
      else same.push(one);
    }
  }

  all(type: string): readonly Resource[] {
    return this.byType.get(type) ?? [];
  }

  /** Those whose property is a text, such as the routes of a table. */
  where(type: string, path: string, value: string): readonly Resource[] {
    const name = `${type} ${path}`;
    let index = this.indices.get(name);
    if (index === undefined) {
      index = new Map();
      for (const one of this.all(type)) {
        const key = text(one, path);
        index.set(key, [...(index.get(key) ?? []), one]);
      }
      this.indices.set(name, index);
    }
    return index.get(value) ?? [];
  }

  /** A thing by its id, in whose case counts nothing on Azure. */
  byId(type: string, id: string): Resource | undefined {
    const name = `${type} id`;
    let index = this.indices.get(name);
    if (index === undefined) {
      index = new Map(this.all(type).map((one) => [one.id?.toLowerCase() ?? "", [one]]));
      this.indices.set(name, index);
    }
    return index.get(id.toLowerCase())?.[0];
  }
}

/** A value inside a resource: its outputs, else its inputs. */
export function at(resource: Resource | undefined, path: string): unknown {
  return within(resource?.outputs, path) ?? within(resource?.inputs, path);
}

/** The few paths and ranges that tests name, which a solver asks for a hundred thousand times. */
const keysOf = remembered((path: string) => path.split("."));
const rangeOf = remembered(parseCidr);

function remembered<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text) ?? read(text);
    known.set(text, found);
    return found;
  };
}

function within(value: unknown, path: string): unknown {
  for (const key of keysOf(path)) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

export function text(resource: Resource | undefined, path: string): string {
  return String(at(resource, path) ?? "");
}

export function list(resource: Resource | undefined, path: string): readonly unknown[] {
  const value = at(resource, path);
  return Array.isArray(value) ? value : [];
}

/** The ranges of a prefix list of AWS. */
export function prefixList(clouds: Clouds, id: string): string[] {
  const found = clouds.byId("aws:ec2/managedPrefixList:ManagedPrefixList", id);
  return list(found, "entries").map((entry) => String((entry as { cidr: string }).cidr));
}

/** The last part of a path, link or id. */
export function last(path: string): string {
  return path.split("/").at(-1) ?? "";
}

export function covers(range: unknown, inner: Cidr): boolean {
  if (range === "*" || range === "VirtualNetwork") return true;
  const given = String(range);
  if (!given.includes("/")) return inner.prefix === 32 && parseAddress(given) === inner.start;
  return contains(rangeOf(given), inner);
}

export const address = (dotted: string): Cidr => ({ start: parseAddress(dotted) ?? 0, prefix: 32 });
