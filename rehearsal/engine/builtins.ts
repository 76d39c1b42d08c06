import { UserError } from "../userError";
import type { Provider, ProviderSource } from "./provider";
import { type OtherStacks, stackReference } from "./references";
import type { ResourceState } from "./state";

const accepts = { acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true };

/**
 * The package `pulumi` that is part of the engine. Of it, the function by which the SDK looks up a resource that it got
 * a reference to is answered, and references to stacks whose states were given; stashes are refused by name.
 */
export function builtins(find: (urn: string) => ResourceState | undefined, stacks: OtherStacks): ProviderSource {
  const refuse = (type: string): never => {
    throw new UserError(`cannot rehearse: ${type}`);
  };
  const provider: Provider = {
    checkConfig: async ({ news }) => ({ inputs: news, failures: [] }),
    diffConfig: async () => ({ changes: "none", replaces: [], deleteBeforeReplace: false, diffs: [] }),
    configure: async () => accepts,
    check: async ({ type }) => refuse(type),
    diff: async ({ type }) => refuse(type),
    create: async ({ type }) => refuse(type),
    async read({ type, id, inputs }) {
      if (type !== "pulumi:pulumi:StackReference") return refuse(type);
      return { id, inputs, outputs: stackReference(stacks, id) };
    },
    update: async ({ type }) => refuse(type),
    delete: async ({ type }) => refuse(type),
    async invoke({ token, args }) {
      if (token !== "pulumi:pulumi:getResource") return refuse(token);
      const urn = args.urn;
      const state = typeof urn === "string" ? find(urn) : undefined;
      if (state === undefined) throw new Error(`unknown resource ${String(urn)}`);
      return { result: { urn: state.urn, id: state.id, state: state.outputs }, failures: [] };
    },
    close: async () => undefined,
  };
  return {
    open: async (pkg) => (pkg === "pulumi" ? provider : undefined),
    fidelity: () => undefined,
  };
}
