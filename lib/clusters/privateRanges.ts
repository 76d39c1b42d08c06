/**
 * Every address that is nobody's on the internet: RFC 1918 and RFC 6598. A control plane that is `private` answers all of
 * them: the network is the fence, not a list of the networks that may be linked to it.
 */
export const PRIVATE_RANGES: readonly string[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
