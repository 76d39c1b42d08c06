import { CLUSTER_WIDE } from "../clouds/kubernetes/kinds";
import type { Provider, ProviderSource } from "../engine/provider";
import type { Templates } from "./provider/templates";

/**
 * Simulated clouds whose package `kubernetes` has the functions of which its charts, kustomizations and files are made.
 * Nobody can ask a simulated cluster what it serves: charts are told its version, and that it has what Kubernetes itself has.
 */
export function withTemplates(clouds: ProviderSource, templates: Templates): ProviderSource {
  return {
    fidelity: (type) => clouds.fidelity(type),
    async open(...asked) {
      const provider = await clouds.open(...asked);
      if (asked[0] !== "kubernetes" || provider === undefined) return provider;
      const served = Object.create(provider) as Provider;
      served.invoke = async (request) => {
        const { invokeFunction } = await import("./provider/invokes.js");
        return invokeFunction(request, {
          isNamespaced: async ({ kind }) => !CLUSTER_WIDE.has(kind),
          capabilities: async () => undefined,
          templates,
        });
      };
      return served;
    },
  };
}
