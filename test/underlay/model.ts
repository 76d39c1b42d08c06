import { type Cidr, contains, parseAddress, parseCidr } from "../../lib/plan/cidr";

/** A resource as a rehearsal's state has it. */
export interface Resource {
  readonly type: string;
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What the clouds of a rehearsal hold, by type. */
export class Clouds {
  private readonly byType = new Map<string, Resource[]>();

  constructor(resources: readonly Resource[]) {
    for (const one of resources) this.byType.set(one.type, [...(this.byType.get(one.type) ?? []), one]);
  }

  all(type: string): readonly Resource[] {
    return this.byType.get(type) ?? [];
  }
}

/** A value inside a resource: its outputs, else its inputs. */
export function at(resource: Resource | undefined, path: string): unknown {
  const walk = (root: unknown) =>
    path.split(".").reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root);
  return walk(resource?.outputs) ?? walk(resource?.inputs);
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
  const found = clouds.all("aws:ec2/managedPrefixList:ManagedPrefixList").find((one) => one.id === id);
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
  return contains(parseCidr(given), inner);
}

export const address = (dotted: string): Cidr => ({ start: parseAddress(dotted) ?? 0, prefix: 32 });
