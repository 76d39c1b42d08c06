import { CILIUM_BUNDLE, LEAF_SECRETS } from "../plan/trust/objects";
import type { HelmValues } from "./values";

/** Where Cilium reads the roots of the fleet: those of the mesh and of Hubble alike. */
export const CA_BUNDLE: HelmValues = {
  caBundle: { enabled: true, name: CILIUM_BUNDLE.name, key: CILIUM_BUNDLE.key },
};

/**
 * Values of Hubble, for both minor versions: on with certificates of the fleet's trust, off without. The chart's own would be
 * new at each upgrade, or made by a job that holds an authority's key in the cluster.
 */
export function hubbleValues(trusted: boolean): HelmValues {
  if (!trusted) return { hubble: { enabled: false } };
  return {
    tls: CA_BUNDLE,
    hubble: {
      enabled: true,
      tls: { enabled: true, auto: { enabled: false }, server: { existingSecret: LEAF_SECRETS.hubbleServer.name } },
      relay: {
        enabled: true,
        tls: { client: { existingSecret: LEAF_SECRETS.hubbleRelay.name }, server: { enabled: false } },
        // On AKS its start is awaited while only the system pool is there.
        tolerations: [{ key: "CriticalAddonsOnly", operator: "Exists" }],
      },
    },
  };
}
