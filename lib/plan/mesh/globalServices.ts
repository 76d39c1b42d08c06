/** How a Service is shared with the other sites: Services of one name and namespace are one Service in all of them. */
export interface ServiceSharing {
  /**
   * Whose backends take requests: `local` the site's own as long as one is ready, then the others'; `remote` the other way
   * round; `none` all alike. With `local` a lost site costs no request that another could answer itself. @default "local"
   */
  readonly affinity?: "local" | "remote" | "none";

  /** Whether the other sites may use this site's backends. @default true */
  readonly shared?: boolean;

  /** Whether it has no address of its own: names lead to its pods. @default false */
  readonly headless?: boolean;
}

/**
 * The annotations that make a Service global. Source: Cilium, "Load-balancing & Service Discovery".
 *
 * No affinity is no annotation: Cilium 1.19 takes the documented `none` for an affinity that it does not know, and then
 * uses the own site's backends only, ready or not (`pkg/clustermesh/selectbackends.go`; put right in 1.20).
 */
export function globalAnnotations({
  affinity = "local",
  shared = true,
  headless = false,
}: ServiceSharing = {}): Record<string, string> {
  return {
    "service.cilium.io/global": "true",
    ...(affinity !== "none" && { "service.cilium.io/affinity": affinity }),
    "service.cilium.io/shared": String(shared),
    // The cluster's own DNS then answers with the other sites' pods as well: it knows of slices alone.
    ...(headless && { "service.cilium.io/global-sync-endpoint-slices": "true" }),
  };
}

/** The label of identities by which a policy names a site: without it, a policy of Cilium 1.19 means the own site. */
export const CLUSTER_LABEL = "io.cilium.k8s.policy.cluster";

/** A selector of pods in other sites, for `fromEndpoints` and `toEndpoints` of a CiliumNetworkPolicy. */
export function podsInSites(
  labels: Readonly<Record<string, string>>,
  sites: readonly string[],
): {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly { readonly key: string; readonly operator: "In"; readonly values: string[] }[];
} {
  return { matchLabels: labels, matchExpressions: [{ key: CLUSTER_LABEL, operator: "In", values: [...sites].sort() }] };
}
