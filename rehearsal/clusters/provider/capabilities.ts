import type { Connection } from "./connection";
import { listAt, textAt } from "./objects";
import type { Capabilities } from "./templates";

/**
 * The version of a cluster, and all that it serves, as charts ask for it. A group whose server does not answer is left out.
 * @throws ApiError when the cluster itself does not answer.
 */
export async function capabilitiesOf(connection: Connection): Promise<Capabilities> {
  const [version, core, groups] = await Promise.all(
    ["/version", "/api", "/apis"].map((path) => connection.document(path)),
  );
  const versions = [
    ...listAt(core, "versions").map((name) => ({ name: String(name), path: `/api/${name}` })),
    ...listAt(groups, "groups")
      .flatMap((group) => listAt(group, "versions"))
      .map((one) => textAt(one, "groupVersion"))
      .map((name) => ({ name, path: `/apis/${name}` })),
  ];
  const kinds = await Promise.all(
    versions.map(async ({ name, path }) => {
      const resources = listAt(await connection.document(path).catch(() => undefined), "resources");
      return resources.map((resource) => `${name}/${textAt(resource, "kind")}`);
    }),
  );
  const apiVersions = [...new Set([...versions.map(({ name }) => name), ...kinds.flat()])].sort();
  return { kubeVersion: textAt(version, "gitVersion"), apiVersions };
}
