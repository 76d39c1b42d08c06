import type { Provider, ProviderReport } from "../../engine/provider";

/** The type token of `helm.v3.Release`. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** How a release reaches its cluster: what its provider resource said, resolved. */
export interface ReleaseAccess {
  /** Text of a kubeconfig whose current context is the one to use. */
  kubeconfig: string;
  /** Namespace of releases that name none. */
  namespace: string;
  /** In what helm keeps its releases: `secret` or `configmap`. @default "secret" */
  driver?: string;
  /** See `KubernetesSourceOptions`. */
  patienceSeconds?: number | undefined;
  report?: ProviderReport;
}

/** Whoever installs charts: the part of a provider that deals with resources, for {@link RELEASE} alone. */
export type Releases = Pick<Provider, "check" | "diff" | "create" | "read" | "update" | "delete">;

/** Makes the releases of one provider resource, once it is configured. */
export type ReleasesFactory = (access: ReleaseAccess) => Releases;
