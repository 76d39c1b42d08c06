import type * as pulumi from "@pulumi/pulumi";

/** Who brings cert-manager to a site: its trust where that signs by it, else its gateway where that asks an authority. */
type Owner = "trust" | "gateway";

/** The component that owns what each brings. Two of one site are children of the same fleet. */
const COMPONENTS: Readonly<Record<Owner, string>> = {
  trust: "multisite:index:Site",
  gateway: "multisite:index:SiteGateway",
};

/** Name of the resources that are cert-manager and its namespace. */
export function certManagerName(site: string, owner: Owner): string {
  return owner === "trust" ? `${site}-cert-manager` : `${site}-gateway-cert-manager`;
}

/**
 * What tells the engine that these are the other's: else it would make what is there already, and at the end delete what the new
 * owner has just taken for its own, with every certificate in it.
 */
export function takenOver(
  site: string,
  owner: Owner,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  const other = owner === "trust" ? "gateway" : "trust";
  const parent = options.parent?.urn.apply((urn) => urn.replace(`${COMPONENTS[owner]}::`, `${COMPONENTS[other]}::`));
  return parent === undefined ? {} : { aliases: [{ name: certManagerName(site, other), parent }] };
}
