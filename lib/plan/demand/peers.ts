import type { Field } from "./fields";
import type { Identity } from "./identity";

/** What is said of such pods where they are divided over the sites. */
export const DIVIDED_PEERS =
  'Pods that call each other by their numbers are divided over the sites like all others, so that some call pods which their site does not have; spread "everywhere" gives every site all of them';

/**
 * Whether the pods of a StatefulSet call each other by number, as `etcd-2.etcd` of service `etcd`: in their command, arguments
 * or environment. Such pods form one group in one cluster; what others find out while they run no manifest shows.
 */
export function areNumberedPeers({ kind, group, name }: Identity, object: Field, template: Field): boolean {
  const service = object.at("spec", "serviceName").value;
  if (kind !== "StatefulSet" || group !== "apps" || name === "" || typeof service !== "string" || service === "")
    return false;
  const address = new RegExp(`(^|[^a-z0-9-])${literal(name)}-[0-9]+\\.${literal(service)}(?![a-z0-9-])`);
  const spec = template.at("spec");
  const containers = [...spec.at("initContainers").items(), ...spec.at("containers").items()];
  return containers.some((one) =>
    ["command", "args", "env"].some((key) => address.test(JSON.stringify(one.at(key).value) ?? "")),
  );
}

/** A name as a pattern that matches it alone. */
function literal(name: string): string {
  return name.replace(/[^a-zA-Z0-9]/g, "\\$&");
}
