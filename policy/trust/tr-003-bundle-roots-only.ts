import {
  BUNDLE_SOURCE,
  bundleProblems,
  CILIUM_BUNDLE,
  certificatesOf,
  LINKERD_ROOTS,
  SIGNER_SECRETS,
} from "pulumi-multisite/plan";
import { CONFIG_MAP, kubernetesData, SECRET } from "./kubernetesData";
import type { TrustRule } from "./trustRule";

/** Objects whose readers trust all that is in them, with the key that they read. */
const BUNDLES = [CILIUM_BUNDLE, BUNDLE_SOURCE, LINKERD_ROOTS, { ...SIGNER_SECRETS.istio, key: "root-cert.pem" }];

/** Whatever is in a bundle is a root to its readers. */
export const bundleRootsOnly: TrustRule = {
  name: "tr-003-bundle-roots-only",
  displayName: "Bundles hold roots only",
  description: "No bundle holds an intermediate, a certificate that is no CA, one root twice, or an expired root.",
  level: "mandatory",
  severity: "critical",
  remediation: "Put each root that is next, active or retiring into the bundle once, and nothing else.",
  types: [CONFIG_MAP, SECRET],
  judge: ({ type, props, now }) => {
    const { where, texts } = kubernetesData(type, props);
    return BUNDLES.filter(({ namespace, name }) => where === `${namespace}/${name}`).flatMap(({ key }) => {
      const pem = texts[key];
      if (pem === undefined) return [];
      return read(pem, `${where}, key ${key}`, now);
    });
  },
};

function read(pem: string, what: string, now: Date): string[] {
  try {
    return bundleProblems(certificatesOf(pem, what), now).map((problem) => `${what}: ${problem}`);
  } catch (error) {
    return [error instanceof Error ? error.message : `${what} cannot be read.`];
  }
}
