/** A provider that an engine makes itself, for resources that name none: of a package and version, below no parent. */
const DEFAULT_PROVIDER = /::pulumi:providers:kubernetes::default_\d\w*(::|$)/;

/**
 * Whether a Kubernetes object or Helm release is left to a default provider, which takes the cluster that kubectl is set to where
 * the program runs: one of the sites, or any other.
 * @param provider URN of its provider, or reference to it (`<urn>::<id>`); undefined or empty where it has none
 */
export function isAmbient(provider: string | undefined): boolean {
  return DEFAULT_PROVIDER.test(provider ?? "");
}

/** What a default provider does to such an object, and what its program writes instead. */
export const AMBIENT =
  "which takes the cluster that kubectl is set to where this runs, perhaps another site. In fleet.sites a lost or misspelt site is " +
  "undefined: declare what is for a site in a loop over Object.values(fleet.sites), with { provider: site.kubernetes }, and give " +
  "anything else a k8s.Provider of its own";
