import type { ManifestSource } from "../../lib/plan/demand";
import { objectsOf } from "../../lib/plan/demand/manifests";
import { readWritten } from "../../lib/plan/demand/written";
import type { DemandSpec } from "../../lib/plan/spec";
import type { ResourceView } from "../engine";
import { FLEET_WORKLOAD, placedBy } from "../placed";

/** What of an object tells it from others of its namespace. */
export interface Titled {
  readonly kind: string;
  readonly name: string;
}

/**
 * The plan's workloads and DaemonSets by what their objects are called: `Kind namespace/name`; `namespace/name` or the name alone
 * where nobody knows more, which objects of any kind, or of any namespace, have.
 */
export type Titles = ReadonlyMap<string, string>;

/** Where the objects of a demand were written. */
interface Written {
  /** Manifests of which the whole demand was made. */
  readonly manifests?: readonly ManifestSource[] | undefined;
  /** Resources of a program whose `FleetWorkload`s bring what its demand names. @default none */
  readonly resources?: readonly Pick<ResourceView, "type" | "inputs">[];
}

/**
 * What the objects of a demand are called. A namesake of another namespace, which the demand does not count, is none of it.
 */
export function titlesOf({ workloads = [], daemonSets = [] }: DemandSpec, written: Written = {}): Titles {
  const demanded = new Set([...workloads, ...daemonSets].map(({ name }) => name));
  const found = writtenIn(written).filter(({ workload }) => demanded.has(workload));
  const known = new Set(found.map(({ workload }) => workload));
  const others = [...demanded].filter((name) => !known.has(name));
  return new Map([
    ...found.map(({ title, workload }) => [title, workload] as const),
    ...others.map((name) => [name, name] as const),
  ]);
}

function writtenIn({ manifests, resources = [] }: Written): { readonly title: string; readonly workload: string }[] {
  if (manifests !== undefined) {
    return readWritten(objectsOf(manifests).objects).workloads.map(({ name, workload: { identity } }) => ({
      title: titleOf(identity.namespace, identity),
      workload: name,
    }));
  }
  return resources
    .filter(({ type }) => type === FLEET_WORKLOAD)
    .flatMap(({ inputs }) => placedBy(inputs).flatMap(([, workloads]) => workloads))
    .map(({ name, kind, namespace, object }) => ({
      title: titleOf(namespace, { kind, name: object }),
      workload: name,
    }));
}

/** The plan's name of an object; undefined where it is none of the plan's. */
export function nameIn(known: Titles, namespace: string, titled: Titled): string | undefined {
  const { name } = titled;
  return known.get(titleOf(namespace, titled)) ?? known.get(`${namespace}/${name}`) ?? known.get(name);
}

function titleOf(namespace: string, { kind, name }: Titled): string {
  return `${kind} ${namespace}/${name}`;
}
