import type { Provider, ProviderSource } from "../../rehearsal/engine/provider";

/** A provider of any package that refuses nothing and gives the inputs back: it costs nothing but its calls. */
export function echoProviders(): ProviderSource {
  const same = { changes: "none", replaces: [], deleteBeforeReplace: false, diffs: [] } as const;
  const none = () => ({ ...same, replaces: [], diffs: [] });
  const provider: Provider = {
    checkConfig: async ({ news }) => ({ inputs: news, failures: [] }),
    diffConfig: async () => none(),
    configure: async () => ({ acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true }),
    check: async ({ news }) => ({ inputs: news, failures: [] }),
    diff: async () => none(),
    create: async ({ name, inputs }) => ({ id: `id-${name}`, outputs: inputs }),
    read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
    update: async ({ news }) => ({ outputs: news }),
    delete: async () => undefined,
    invoke: async ({ args }) => ({ result: args, failures: [] }),
    close: async () => undefined,
  };
  return { open: async (pkg) => (pkg === "pulumi" ? undefined : provider), fidelity: () => undefined };
}
