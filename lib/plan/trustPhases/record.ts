import type { TrustRotation } from "./rotation";

/** Where a site says what of the fleet's trust it holds: a ConfigMap, written last of all that a run writes. */
export const TRUST_RECORD = { namespace: "kube-system", name: "multisite-trust", key: "record.json" } as const;

/** Annotation of pod templates: the hash of the bundle (`BundleFact.hash`), so that a new bundle rolls the pods that read it. */
export const BUNDLE_HASH_ANNOTATION = "multisite/trust-bundle";

/**
 * What a site was built from, and where its trust is found. Public: it names objects, and says nothing of keys. It lets
 * `multisite trust status` read a site with no program at hand.
 */
export interface TrustRecord {
  /** Revision of the rotation that the site was built from. */
  readonly revision: number;
  /** Trust domain of the fleet that it is a site of. @default not said: earlier versions of this library wrote none */
  readonly trustDomain?: string;
  /** SHA-256 of each root's certificate, in hexadecimal, by the name of its generation. */
  readonly generations: { readonly [generation: string]: string };
  /** Bundles, as `namespace/ConfigMap/name/key` or `namespace/Secret/name/key`. */
  readonly bundles: readonly string[];
  /** Secrets of type `kubernetes.io/tls` with certificates of the fleet, as `namespace/name`. */
  readonly leaves: readonly string[];
  /** Workloads whose pods read a bundle once, as `namespace/Kind/name`; kinds DaemonSet, Deployment, StatefulSet. */
  readonly consumers: readonly string[];
}

/** The record of a site, as the ConfigMap's data. */
export function recordData(record: TrustRecord): { [key: string]: string } {
  return { [TRUST_RECORD.key]: JSON.stringify(record) };
}

/** A record of the rotation's present revision. */
export function recordOf(
  { revision }: Pick<TrustRotation, "revision">,
  generations: TrustRecord["generations"],
  objects: Pick<TrustRecord, "bundles" | "leaves" | "consumers">,
  trustDomain: string,
): TrustRecord {
  return { revision, trustDomain, generations, ...objects };
}

/** Reads a record; undefined for what is none, since a site may hold anything. */
export function readRecord(text: string | undefined): TrustRecord | undefined {
  try {
    const read: unknown = JSON.parse(text ?? "");
    return isRecord(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(read: unknown): read is TrustRecord {
  if (typeof read !== "object" || read === null) return false;
  const { revision, trustDomain, generations, bundles, leaves, consumers } = read as {
    [K in keyof TrustRecord]?: unknown;
  };
  const isNamed = typeof generations === "object" && generations !== null && !Array.isArray(generations);
  return (
    Number.isSafeInteger(revision) &&
    (trustDomain === undefined || typeof trustDomain === "string") &&
    isNamed &&
    Object.values(generations).every((one) => typeof one === "string") &&
    isPlaces(bundles, 4) &&
    isPlaces(leaves, 2) &&
    isPlaces(consumers, 3)
  );
}

function isPlaces(list: unknown, parts: number): boolean {
  return Array.isArray(list) && list.every((one) => typeof one === "string" && one.split("/").length === parts);
}
