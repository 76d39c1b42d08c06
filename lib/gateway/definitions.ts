import type * as pulumi from "@pulumi/pulumi";
import { type Definitions, definitionResources } from "../definitions";
import type { CiliumMinor } from "../plan/versions";
import type v1_4_1 from "./crds/v1.4.1.json";
import type v1_6_1 from "./crds/v1.6.1.json";

/**
 * The definitions of Gateway API that each Cilium asks for (its documentation, "Gateway API Support", prerequisites), of the
 * standard channel. No chart of the project's own has them, and a cluster needs no internet to get them: they come with this
 * package, out of the Go module of their version by `scripts/definitions.mjs`. Source: sigs.k8s.io/gateway-api, Apache-2.0.
 */
const DEFINITIONS: Readonly<Record<CiliumMinor, () => Definitions>> = {
  "1.19": () => require("./crds/v1.4.1.json") as typeof v1_4_1,
  "1.20": () => require("./crds/v1.6.1.json") as typeof v1_6_1,
};

/** Gateway API in a cluster. Before Cilium, whose operator looks for it once, when it starts. */
export function gatewayDefinitions(
  site: string,
  cilium: CiliumMinor,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return definitionResources(site, DEFINITIONS[cilium](), options);
}
