/**
 * What says to external-dns in a site that the names of an object are not its own: they are the fleet's, and a controller in
 * each of several clusters would delete the others' records of them (kubernetes-sigs/external-dns#1441). It leaves alone
 * what is annotated with another controller than itself.
 */
export const OWNED_ABOVE = { "external-dns.alpha.kubernetes.io/controller": "multisite" } as const;
