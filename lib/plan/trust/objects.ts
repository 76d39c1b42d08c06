import type { LeafRole, SiteTrustPlan } from "./plan";
import type { SignerKind } from "./spec";

/** An object in a site. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

const CILIUM = "kube-system";

/** The Secrets that Cilium 1.19's chart mounts when it makes no certificates itself, each of type kubernetes.io/tls. */
export const LEAF_SECRETS: Readonly<Record<LeafRole, ObjectName>> = {
  meshServer: { namespace: CILIUM, name: "clustermesh-apiserver-server-cert" },
  meshAdmin: { namespace: CILIUM, name: "clustermesh-apiserver-admin-cert" },
  meshRemote: { namespace: CILIUM, name: "clustermesh-apiserver-remote-cert" },
  meshLocal: { namespace: CILIUM, name: "clustermesh-apiserver-local-cert" },
  hubbleServer: { namespace: CILIUM, name: "hubble-server-certs" },
  hubbleRelay: { namespace: CILIUM, name: "hubble-relay-client-certs" },
};

/** The roots under the name and key that Cilium's chart expects. */
export const CILIUM_BUNDLE = { namespace: CILIUM, name: "cilium-root-ca.crt", key: "ca.crt" } as const;

/** The Secret that each signer reads its intermediate from. */
export const SIGNER_SECRETS: Readonly<Record<SignerKind, ObjectName>> = {
  certManager: { namespace: "cert-manager", name: "multisite-site-ca" },
  istio: { namespace: "istio-system", name: "cacerts" },
  linkerd: { namespace: "linkerd", name: "linkerd-identity-issuer" },
};

/** The roots as trust-manager's source, which it copies into namespaces that ask for them. */
export const BUNDLE_SOURCE = { namespace: "cert-manager", name: "multisite-roots", key: "ca.crt" } as const;

/** Label of namespaces that get the fleet's roots as a ConfigMap. */
export const BUNDLE_LABEL = { name: "multisite/trust", value: "true" } as const;

/** The roots where Linkerd's control plane reads them. */
export const LINKERD_ROOTS = {
  namespace: "linkerd",
  name: "linkerd-identity-trust-roots",
  key: "ca-bundle.crt",
} as const;

/** Where a site stands, as far as its objects care. */
export interface TrustedCluster {
  readonly signers: readonly SignerKind[];
  readonly hubble: boolean;
  /** Whether Cilium there is ours: pods of another carry no hash of ours, and are its team's to roll. */
  readonly ownCilium: boolean;
  /** Whether it runs the mesh's API. */
  readonly meshed: boolean;
}

/** What reads the roots once and must be rolled: neither etcd nor Cilium's client reads a CA file again (etcd#11555). */
const CILIUM_CONSUMERS = [`${CILIUM}/Deployment/cilium-operator`, `${CILIUM}/DaemonSet/cilium`];
const MESH_API = `${CILIUM}/Deployment/clustermesh-apiserver`;

/** Where a site has what, for the record that `multisite trust status` reads. */
export function trustObjects({ signers, hubble, ownCilium, meshed }: TrustedCluster): SiteTrustPlan["objects"] {
  const roles = (Object.keys(LEAF_SECRETS) as LeafRole[]).filter((role) => hubble || !role.startsWith("hubble"));
  const configMap = ({ namespace, name, key }: ObjectName & { readonly key: string }) =>
    `${namespace}/ConfigMap/${name}/${key}`;
  return {
    bundles: [
      configMap(CILIUM_BUNDLE),
      ...(signers.includes("certManager") ? [configMap(BUNDLE_SOURCE)] : []),
      ...(signers.includes("linkerd") ? [configMap(LINKERD_ROOTS)] : []),
    ],
    leaves: [
      ...roles.map((role) => LEAF_SECRETS[role]),
      // Istio's has keys of its own, and is no kubernetes.io/tls.
      ...signers.filter((signer) => signer !== "istio").map((signer) => SIGNER_SECRETS[signer]),
    ].map(({ namespace, name }) => `${namespace}/${name}`),
    consumers: ownCilium ? [...(meshed ? [MESH_API] : []), ...CILIUM_CONSUMERS] : [],
  };
}
