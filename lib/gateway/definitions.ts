import { CustomResourceDefinition, type CustomResourceDefinitionArgs } from "@pulumi/kubernetes/apiextensions/v1";
import * as pulumi from "@pulumi/pulumi";
import type { CiliumMinor } from "../plan/versions";
import type v1_4_1 from "./crds/v1.4.1.json";
import type v1_6_1 from "./crds/v1.6.1.json";

/**
 * The definitions of Gateway API that each Cilium asks for (its documentation, "Gateway API Support", prerequisites), of the
 * standard channel. No chart of the project's own has them, and a cluster needs no internet to get them: they come with this
 * package, out of the Go module of their version by `scripts/gatewayCrds.mjs`. Source: sigs.k8s.io/gateway-api, Apache-2.0.
 */
const DEFINITIONS: Readonly<Record<CiliumMinor, () => readonly { readonly metadata: { readonly name: string } }[]>> = {
  "1.19": () => require("./crds/v1.4.1.json") as typeof v1_4_1,
  "1.20": () => require("./crds/v1.6.1.json") as typeof v1_6_1,
};

/**
 * Gateway API in a cluster. Before Cilium, whose operator looks for it once, when it starts. It stays when the gateway goes:
 * with a definition go all objects of its kind, those of others too.
 */
export function gatewayDefinitions(
  site: string,
  cilium: CiliumMinor,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const kept = pulumi.mergeOptions(options, { retainOnDelete: true });
  return DEFINITIONS[cilium]().map((definition) => {
    const { metadata, spec } = spelled(definition) as CustomResourceDefinitionArgs & typeof definition;
    return new CustomResourceDefinition(`${site}-${metadata.name}`, { metadata, spec }, kept);
  });
}

/** The SDK's types have no dashes in names, and its provider puts them back. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== "object" || value === null) return value;
  const name = (of: string) => (of.startsWith("x-kubernetes-") ? of.replaceAll("-", "_") : of);
  return Object.fromEntries(Object.entries(value).map(([of, one]) => [name(of), spelled(one)]));
}
