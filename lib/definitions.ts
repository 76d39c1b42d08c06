import { CustomResourceDefinition, type CustomResourceDefinitionArgs } from "@pulumi/kubernetes/apiextensions/v1";
import * as pulumi from "@pulumi/pulumi";

/** Definitions of kinds as they come with this package: JSON that `scripts/definitions.mjs` has written. */
export type Definitions = readonly { readonly metadata: { readonly name: string } }[];

/**
 * Kinds that must be there before who looks for them once, when it starts. They stay when what asked for them goes: with a
 * definition go all objects of its kind, those of others too.
 */
export function definitionResources(
  site: string,
  definitions: Definitions,
  options: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const kept = pulumi.mergeOptions(options, { retainOnDelete: true });
  return definitions.map((definition) => {
    const { metadata, spec } = spelled(definition) as CustomResourceDefinitionArgs & Definitions[number];
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
