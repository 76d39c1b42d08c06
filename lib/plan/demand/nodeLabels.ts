/** The label that tells nodes apart. */
export const HOST_LABEL = "kubernetes.io/hostname";

/** The two names of the label that says a node's architecture. */
export const ARCHITECTURE_LABELS: readonly string[] = ["kubernetes.io/arch", "beta.kubernetes.io/arch"];

/** The two names of the label that says a node's operating system. Nodes of a site run Linux. */
export const SYSTEM_LABELS: readonly string[] = ["kubernetes.io/os", "beta.kubernetes.io/os"];
