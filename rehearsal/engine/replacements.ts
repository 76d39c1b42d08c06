import { Bail, type RunContext } from "./context";
import { applyReplaceOnChanges, needsReplacement, settle } from "./difference";
import type { Generator } from "./generator";
import { withUnknown } from "./paths";
import { type ResourceState, requirementsOf } from "./state";
import type { PlannedStep } from "./step";
import { isProviderType, nameOf, parseReference } from "./urns";
import { unknownValue } from "./values";

/** What must be deleted before a resource that is deleted before it is replaced. */
export class Replacements {
  /** URNs of the resources that are replaced in this run. */
  readonly replaced = new Set<string>();
  /** Resources that were deleted ahead of something else. */
  readonly pendingDeletes = new Set<ResourceState>();
  /** By URN of what was deleted: the properties that force it. */
  readonly keys = new Map<string, string[]>();
  private dependants: Map<string, number[]> | undefined;

  constructor(
    private readonly context: RunContext,
    private readonly generator: Generator,
  ) {}

  /** Indices into the previous resources by what they depend on; a parent alone does not count. */
  private dependantsOf(urn: string): number[] {
    if (this.dependants === undefined) {
      this.dependants = new Map();
      for (const [i, state] of this.context.previous.entries()) {
        for (const required of requirementsOf(state)) {
          if (required === state.parent && !state.dependencies.includes(required)) continue;
          const list = this.dependants.get(required);
          if (list === undefined) this.dependants.set(required, [i]);
          else list.push(i);
        }
      }
    }
    return this.dependants.get(urn) ?? [];
  }

  /** Everything that depends on a resource, directly or not, dependencies first, without what this run has dealt with. */
  private dependingOn(root: ResourceState): ResourceState[] {
    const found = new Set<number>();
    const visit = (urn: string): void => {
      for (const i of this.dependantsOf(urn)) {
        const state = this.context.previous[i] as ResourceState;
        if (found.has(i) || this.generator.deletes.has(state.urn) || this.isDealtWith(state.urn, root.urn)) continue;
        found.add(i);
        visit(state.urn);
      }
    };
    visit(root.urn);
    return [...found].sort((a, b) => a - b).map((i) => this.context.previous[i] as ResourceState);
  }

  private isDealtWith(urn: string, root: string): boolean {
    return urn === root || this.generator.operated.has(urn);
  }

  /** True when the loss of the condemned resources would force this one to be replaced, and by which properties. */
  private async isForced(state: ResourceState, condemned: Set<string>): Promise<string[] | undefined> {
    if (!state.custom || state.external) return undefined;
    const { registry } = this.context;
    if (state.provider !== "" && condemned.has(parseReference(state.provider).urn)) {
      await registry.ensure(state.provider);
      return [];
    }
    const lost = Object.keys(state.inputs).filter((name) =>
      state.propertyDependencies[name]?.some((urn) => condemned.has(urn)),
    );
    if (lost.length === 0) return undefined;
    await registry.ensure(isProviderType(state.type) ? `${state.urn}::${state.id}` : state.provider);
    const authority = isProviderType(state.type) ? registry : registry.get(state.provider);
    if (authority === undefined) throw new Error(`unknown provider '${state.provider}'`);
    const news = withUnknown(state.inputs, new Set(lost), unknownValue);
    const raw = await authority.diff({
      urn: state.urn,
      type: state.type,
      name: nameOf(state.urn),
      id: state.id,
      oldInputs: state.inputs,
      oldOutputs: state.outputs,
      news,
      ignoreChanges: state.ignoreChanges,
    });
    const diff = applyReplaceOnChanges(settle(raw, state, news, state.ignoreChanges), state.replaceOnChanges, false);
    return needsReplacement(diff) ? diff.replaces : undefined;
  }

  private replacedWith(urn: string): ResourceState[] {
    const { news, previous } = this.context;
    const all = new Map(
      [...previous.filter((state) => !state.delete), ...news.values()].map((state) => [state.urn, state]),
    );
    return [...all.values()].filter((state) => state.replaceWith.includes(urn));
  }

  /** The deletions that come before `old` can be made again: of its dependants, last first, and of itself. */
  async deletionsBefore(old: ResourceState, urn: string): Promise<PlannedStep[]> {
    const condemned = new Set([old.urn]);
    const victims: ResourceState[] = [];
    for (const state of this.dependingOn(old)) {
      const forced = await this.isForced(state, condemned);
      if (forced === undefined) continue;
      this.keys.set(state.urn, forced);
      condemned.add(state.urn);
      victims.push(state);
    }
    for (const state of this.replacedWith(urn)) if (!condemned.has(state.urn)) victims.push(state);
    const steps: PlannedStep[] = [];
    for (const state of victims.reverse()) {
      if (this.pendingDeletes.has(state)) continue;
      if (state.protect && !state.delete) this.refuse(state, urn);
      steps.push(
        state.delete ? { op: "delete", old: state } : { op: "delete-replaced", old: state, pendingReplacement: true },
      );
      this.generator.deletes.add(state.urn);
      this.pendingDeletes.add(state);
    }
    await this.context.registry.ensure(old.provider);
    if (!old.pendingReplacement) steps.push({ op: "delete-replaced", old, pendingReplacement: true });
    return steps;
  }

  private refuse(state: ResourceState, urn: string): never {
    this.context.report(
      "error",
      urn,
      `unable to replace resource "${state.urn}" as part of replacing "${urn}" as it is currently marked for protection. ` +
        "To unprotect the resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`, " +
        `or use the command:\n\`pulumi state unprotect '${state.urn}'\``,
    );
    throw new Bail();
  }
}
