import type { Capabilities } from "../../clusters/provider/templates";
import type { SdkPackage } from "../sdk/package";
import { select, text } from "../wire";
import type { Thing } from "../world";

/** Groups without a dot that are Kubernetes' own; the others of the package are the SDK's. */
const PLAIN_GROUPS: ReadonlySet<string> = new Set(["core", "apps", "autoscaling", "batch", "policy"]);

/** By package: reading all of it takes a while. */
const builtIn = new WeakMap<SdkPackage, readonly string[]>();

/**
 * What a simulated cluster serves: Kubernetes' own kinds in their stable versions, as the SDK has them, and what is defined
 * in its world.
 */
export function simulatedCapabilities(sdk: SdkPackage, definitions: Iterable<Thing>): Capabilities {
  const known = builtIn.get(sdk) ?? stable(sdk);
  builtIn.set(sdk, known);
  const defined = [...definitions].flatMap(({ inputs }) => {
    const [group, kind] = [text(inputs, "spec.group"), text(inputs, "spec.names.kind")];
    return select(inputs, "spec.versions[*].name").flatMap(({ value: version }) => [
      `${group}/${version}`,
      `${group}/${version}/${kind}`,
    ]);
  });
  return { apiVersions: [...new Set([...known, ...defined])] };
}

function stable(sdk: SdkPackage): string[] {
  return sdk.tokens().flatMap((token) => {
    const [, module = "", kind = ""] = token.split(":");
    const [group = "", version = ""] = module.split("/");
    const isServed = (PLAIN_GROUPS.has(group) || group.endsWith(".k8s.io")) && /^v\d+$/.test(version);
    if (!isServed || /.(Patch|List)$/.test(kind)) return [];
    return [`${group === "core" ? version : module}/${kind}`];
  });
}
