import { randomUUID } from "node:crypto";
import { UserError } from "../userError";
import type { Provider, ProviderSource } from "./provider";
import { type MissingStacks, type OtherStacks, stackReference } from "./references";
import type { ResourceState } from "./state";
import { sameValue } from "./values";

const accepts = { acceptSecrets: true, supportsPreview: true, acceptResources: true, acceptOutputs: true };

/** A value that the state keeps: what it was first stays its output, until it is replaced. */
const STASH = "pulumi:index:Stash";

/**
 * The package `pulumi` that is part of the engine: stashes, references to stacks whose states were given, and the function
 * by which the SDK looks up a resource that it got a reference to.
 */
export function builtins(
  find: (urn: string) => ResourceState | undefined,
  stacks: OtherStacks,
  missing: MissingStacks,
): ProviderSource {
  const refuse = (type: string): never => {
    throw new UserError(`cannot rehearse: ${type}`);
  };
  const stash = (type: string): void => {
    if (type !== STASH) refuse(type);
  };
  const provider: Provider = {
    checkConfig: async ({ news }) => ({ inputs: news, failures: [] }),
    diffConfig: async () => ({ changes: "none", replaces: [], deleteBeforeReplace: false, diffs: [] }),
    configure: async () => accepts,
    async check({ type, news }) {
      stash(type);
      const unknown = Object.keys(news).find((property) => property !== "input");
      if (unknown !== undefined)
        return { inputs: news, failures: [{ property: unknown, reason: `unknown property "${unknown}"` }] };
      if ("input" in news) return { inputs: news, failures: [] };
      return { inputs: news, failures: [{ property: "input", reason: 'missing required property "input"' }] };
    },
    async diff({ type, oldInputs, news }) {
      stash(type);
      const diffs = sameValue(oldInputs.input, news.input) ? [] : ["input"];
      return { changes: diffs.length > 0 ? "some" : "none", replaces: [], deleteBeforeReplace: false, diffs };
    },
    async create({ type, inputs: { input }, preview }) {
      stash(type);
      return { id: preview ? "" : randomUUID(), outputs: { input, output: input } };
    },
    async read({ type, id, inputs, outputs }) {
      if (type === STASH) return { id, inputs, outputs };
      if (type !== "pulumi:pulumi:StackReference") return refuse(type);
      return { id, inputs, outputs: stackReference(stacks, id, missing) };
    },
    async update({ type, news: { input }, oldOutputs: { output } }) {
      stash(type);
      return { outputs: { input, output } };
    },
    delete: async ({ type }) => stash(type),
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
