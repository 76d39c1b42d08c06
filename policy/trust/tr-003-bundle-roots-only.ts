import {
  BUNDLE_SOURCE,
  bundleProblems,
  CILIUM_BUNDLE,
  certificatesOf,
  LINKERD_ROOTS,
  SIGNER_SECRETS,
} from "pulumi-multisite/plan";
import { at, listed } from "../props";
import { RELEASE } from "./holders";
import { KUBERNETES_DATA, kubernetesData } from "./kubernetesData";
import type { JudgedResource, TrustRule } from "./trustRule";

/** Objects whose readers trust all that is in them, with the key that they read. */
const OBJECTS = [
  CILIUM_BUNDLE,
  BUNDLE_SOURCE,
  LINKERD_ROOTS,
  { ...SIGNER_SECRETS.istio, key: "root-cert.pem" },
  { namespace: "istio-system", name: "istio-ca-root-cert", key: "root-cert.pem" },
];
const TRUST_MANAGER_BUNDLE = "kubernetes:trust.cert-manager.io/v1alpha1:Bundle";
const CLUSTER_BUNDLES = ["v1", "v1beta1", "v1alpha1"].map(
  (version) => `kubernetes:certificates.k8s.io/${version}:ClusterTrustBundle`,
);
/** Values of charts that are bundles: Linkerd's control plane, Cilium. */
const VALUES = [["identityTrustAnchorsPEM"], ["tls", "caBundle", "content"]];

/** Whatever is in a bundle is a root to its readers. */
export const bundleRootsOnly: TrustRule = {
  name: "tr-003-bundle-roots-only",
  displayName: "Bundles hold roots only",
  description: "No bundle holds an intermediate, a certificate that is no CA, one root twice, or an expired root.",
  level: "mandatory",
  severity: "critical",
  remediation: "Put each root that is next, active or retiring into the bundle once, and nothing else.",
  types: [...KUBERNETES_DATA, TRUST_MANAGER_BUNDLE, ...CLUSTER_BUNDLES, RELEASE],
  judge: (resource) => bundlesIn(resource).flatMap(({ what, pem }) => read(pem, what, resource.now)),
};

interface Bundle {
  /** How messages call it. */
  readonly what: string;
  readonly pem: string;
}

function bundlesIn({ type, name, props }: JudgedResource): Bundle[] {
  if (KUBERNETES_DATA.includes(type)) {
    return kubernetesData(type, props).flatMap(({ where, texts }) =>
      OBJECTS.filter((one) => where === `${one.namespace}/${one.name}`).flatMap(({ key }) =>
        textual(`${where}, key ${key}`, texts[key]),
      ),
    );
  }
  if (type === RELEASE) {
    return VALUES.flatMap((path) => textual(`Release ${name}, value ${path.join(".")}`, at(props.values, ...path)));
  }
  if (type !== TRUST_MANAGER_BUNDLE) {
    return textual(`ClusterTrustBundle ${name}`, at(props.spec, "trustBundle"));
  }
  // Its sources make one bundle: a root that two of them give is in it twice.
  const sources = at(props.spec, "sources");
  const inline = listed(sources).map((source) => at(source, "inLine"));
  const texts = inline.filter((text): text is string => typeof text === "string");
  return texts.length === 0 ? [] : [{ what: `Bundle ${name}, inLine`, pem: texts.join("\n") }];
}

function textual(what: string, pem: unknown): Bundle[] {
  return typeof pem === "string" && pem !== "" ? [{ what, pem }] : [];
}

function read(pem: string, what: string, now: Date): string[] {
  try {
    return bundleProblems(certificatesOf(pem, what), now).map((problem) => `${what}: ${problem}`);
  } catch (error) {
    return [error instanceof Error ? error.message : `${what} cannot be read.`];
  }
}
