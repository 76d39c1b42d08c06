import type { ApiServer } from "./api";

/** A Secret or ConfigMap, as far as its data is changed here. */
export interface DataObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly type?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion: string;
    readonly labels?: object;
    readonly annotations?: object;
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly operation?: string;
      readonly fieldsV1?: object;
    }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** Keys to set, and those to take away. */
export type DataChange = Readonly<Record<string, string | null>>;

/**
 * Changes keys of an object in the name of whoever has declared them. Changed in another's name, a key that is set would
 * have two owners: an update whose program no longer has it would leave it there, and one that has it otherwise would end
 * in a conflict. An object that nobody has applied on the server is merged into.
 */
export async function changeData(
  api: ApiServer,
  path: string,
  kind: "Secret" | "ConfigMap",
  change: DataChange,
): Promise<void> {
  const { metadata, type, data = {} } = await api.get<DataObject>(path);
  const { name, namespace, resourceVersion, labels, annotations } = metadata;
  const owner = metadata.managedFields?.find(
    ({ operation, fieldsV1 = {} }) => operation === "Apply" && Object.hasOwn(fieldsV1, "f:data"),
  )?.manager;
  if (owner === undefined) {
    await api.merge(path, { metadata: { resourceVersion }, data: change });
    return;
  }
  const kept = Object.entries({ ...data, ...change }).filter(([, value]) => value !== null);
  const applied = await api.apply<DataObject>(path, owner, {
    apiVersion: "v1",
    kind,
    metadata: {
      ...{ name, namespace, resourceVersion },
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    ...(type !== undefined && { type }),
    data: Object.fromEntries(kept),
  });
  // What somebody else has set as well stays with them.
  const left = Object.keys(change).filter((key) => change[key] === null && Object.hasOwn(applied.data ?? {}, key));
  if (left.length > 0) await api.merge(path, { data: Object.fromEntries(left.map((key) => [key, null])) });
}
