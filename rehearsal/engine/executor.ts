import type { RunContext } from "./context";
import { type HookedOperation, type Hooks, type Sides, stateOf } from "./hooks";
import type { PendingOperation, PendingOperations } from "./pending";
import { PartialFailure } from "./provider";
import type { Instance } from "./providers";
import { isImported, type ResourceState, requirementsOf } from "./state";
import type { PlannedStep } from "./step";
import { isProviderType, nameOf } from "./urns";
import { isSecret, makeSecret, unknownValue } from "./values";

/** A deletion that `protect` forbids. Others go on, so that all of them are reported. */
export class Protected extends Error {
  constructor(urn: string) {
    super(
      `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the \`protect\` flag ` +
        `from the resource in your Pulumi program and run \`pulumi up\`, or use the command:\n\`pulumi state unprotect '${urn}'\``,
    );
    this.name = "Protected";
  }
}

const ID_IS_SHOWN = "The 'id' property cannot be made secret. See pulumi/pulumi#2717 for more details.";

const PENDING: { readonly [operation in HookedOperation]: PendingOperation["type"] } = {
  Create: "creating",
  Update: "updating",
  Delete: "deleting",
};

const notImported = ({ importID }: ResourceState) =>
  `is made and not imported (id ${importID}): in a rehearsal there is nothing yet that could be imported`;

const identityOf = (state: ResourceState) => ({ urn: state.urn, type: state.type, name: nameOf(state.urn) });

/** Carries steps out, and keeps the list of resources that results. */
export class Executor {
  /** Made or kept in this run, in that order. */
  private readonly news = new Set<ResourceState>();
  /** Previous states that no longer stand: replaced by a new one, or gone. */
  private readonly done = new Set<ResourceState>();
  /** What components were made or changed: their hooks are called when their outputs are known. */
  private readonly unfinished = new Map<string, { operation: HookedOperation; sides: Sides }>();

  constructor(
    private readonly context: RunContext,
    private readonly hooks: Hooks,
    /** URNs that are deleted in this run, for `deletedWith`. */
    private readonly deletes: Set<string>,
    private readonly pending: PendingOperations,
  ) {}

  /** The resources as they stand, dependencies before what depends on them. */
  resources(taken: Map<string, string>): ResourceState[] {
    const kept = this.context.previous.filter((state) => !this.done.has(state));
    return [...[...this.news].filter((state) => !this.done.has(state)), ...kept.map((state) => renamed(state, taken))];
  }

  /** @throws the provider's error; the list of resources then says what was left behind. */
  async apply(step: PlannedStep): Promise<void> {
    const { op, old, fresh } = step;
    if (op === "replace") return;
    if (op === "remove-pending-replace") {
      this.done.add(old as ResourceState);
      return;
    }
    if (fresh === undefined) return this.changing("Delete", { old: old! }, () => this.delete(step, old!));
    if (op === "same") await this.same(fresh, old as ResourceState);
    else if (op === "read" || op === "read-replacement") await this.read(step, fresh);
    else if (op === "update") {
      fresh.id = old!.id;
      return this.changing("Update", { fresh, old: old! }, async () => {
        await this.update(fresh, old!);
        this.accept(step, fresh);
      });
    } else {
      return this.changing("Create", { fresh }, async () => {
        await this.create(step, fresh);
        this.accept(step, fresh);
      });
    }
    this.accept(step, fresh);
  }

  /** Calls the hooks of a component whose outputs are known now. */
  async finished(urn: string): Promise<void> {
    const made = this.unfinished.get(urn);
    this.unfinished.delete(urn);
    if (made !== undefined) await this.hooks.after(made.operation, made.sides);
  }

  /** Does what changes something, its hooks called around it; where that is outside, it is written down before and after. */
  private async changing(operation: HookedOperation, sides: Sides, work: () => Promise<void>): Promise<void> {
    const { fresh } = sides;
    const state = stateOf(sides);
    const isOutside = !this.context.preview && state.custom && !state.external && !isProviderType(state.type);
    await this.hooks.before(operation, sides);
    await (isOutside ? this.pending.during({ type: PENDING[operation], state }, work) : work());
    if (fresh === undefined || fresh.custom) await this.hooks.after(operation, sides);
    else this.unfinished.set(fresh.urn, { operation, sides });
  }

  private accept({ op, old, pendingDelete }: PlannedStep, fresh: ResourceState): void {
    this.keepSecret(fresh);
    this.news.add(fresh);
    if (op !== "read" && op !== "read-replacement") this.context.news.set(fresh.urn, fresh);
    if (old === undefined) return;
    if (pendingDelete === true) old.delete = true;
    else this.done.add(old);
  }

  private instance(state: ResourceState): Instance {
    const instance = this.context.registry.get(state.provider);
    if (instance === undefined) throw new Error(`unknown provider '${state.provider}' for resource '${state.urn}'`);
    return instance;
  }

  private async same(fresh: ResourceState, old: ResourceState): Promise<void> {
    fresh.id = old.id;
    fresh.outputs = old.outputs;
    if (isProviderType(fresh.type)) await this.context.registry.same(fresh.urn, fresh.id, old.inputs);
  }

  private async create(step: PlannedStep, fresh: ResourceState): Promise<void> {
    const { preview, registry } = this.context;
    fresh.created = new Date().toISOString();
    fresh.modified = fresh.created;
    if (!fresh.custom) return;
    const asksForImport = isImported(fresh, step.old);
    if (asksForImport) this.context.report("info", fresh.urn, notImported(fresh));
    try {
      const request = {
        ...identityOf(fresh),
        inputs: fresh.inputs,
        preview,
        mayExist: this.pending.mayExist(fresh.urn),
        isImported: asksForImport,
        timeoutSeconds: fresh.timeouts.create,
      };
      const made = isProviderType(fresh.type)
        ? await registry.create(fresh.urn, fresh.inputs, preview)
        : await this.hooks.retrying("Create", { fresh }, () => this.instance(fresh).create(request));
      if (!preview && made.id === "") throw new Error(`plugin returned empty resource.ID from create '${fresh.urn}'`);
      fresh.id = made.id;
      fresh.outputs = made.outputs;
    } catch (error) {
      this.keepPartialOf(step, fresh, error);
      throw error;
    }
  }

  private async update(fresh: ResourceState, old: ResourceState): Promise<void> {
    const { preview, registry } = this.context;
    if (!fresh.custom) {
      fresh.outputs = old.outputs;
      return;
    }
    try {
      const request = {
        ...identityOf(fresh),
        id: old.id,
        oldInputs: old.inputs,
        oldOutputs: old.outputs,
        news: fresh.inputs,
        ignoreChanges: fresh.ignoreChanges,
        preview,
        timeoutSeconds: fresh.timeouts.update,
      };
      const made = isProviderType(fresh.type)
        ? await registry.update(fresh.urn, old.id, fresh.inputs)
        : await this.hooks.retrying("Update", { fresh, old }, () => this.instance(fresh).update(request));
      fresh.outputs = made.outputs;
      fresh.modified = new Date().toISOString();
    } catch (error) {
      // The old inputs stay, so that the next run tries the change again.
      this.keepPartial(error, { ...fresh, inputs: old.inputs }, old);
      throw error;
    }
  }

  /** What was made in place of an old one stands, though it is not as asked: the old one has to go all the same. */
  private keepPartialOf({ old, pendingDelete }: PlannedStep, fresh: ResourceState, error: unknown): void {
    if (error instanceof PartialFailure && pendingDelete === true && old !== undefined) old.delete = true;
    this.keepPartial(error, fresh, pendingDelete === true ? undefined : old);
  }

  /** What a failed operation left behind exists all the same. */
  private keepPartial(error: unknown, fresh: ResourceState, old?: ResourceState): void {
    if (!(error instanceof PartialFailure)) return;
    const left = {
      ...fresh,
      id: error.id === "" ? fresh.id : error.id,
      outputs: error.outputs,
      initErrors: error.reasons,
    };
    this.keepSecret(left);
    this.news.add(left);
    if (old !== undefined) this.done.add(old);
  }

  private async read(step: PlannedStep, fresh: ResourceState): Promise<void> {
    if (fresh.id === unknownValue) return;
    const { id, inputs, timeouts } = fresh;
    const request = { ...identityOf(fresh), id, inputs, outputs: inputs, timeoutSeconds: timeouts.read };
    const found = await this.instance(fresh)
      .read(request)
      .catch((error: unknown) => {
        this.keepPartialOf(step, fresh, error);
        throw error;
      });
    if (found.id === "" && Object.keys(found.outputs).length === 0)
      throw new Error(`resource '${fresh.id}' does not exist`);
    fresh.outputs = found.outputs;
    if (found.id !== "") fresh.id = found.id;
  }

  /** Marks as secret the outputs that were asked to be, and those that repeat a secret input. */
  private keepSecret(state: ResourceState): void {
    if (state.additionalSecretOutputs.includes("id")) this.context.report("warning", state.urn, ID_IS_SHOWN);
    const leaks = Object.keys(state.outputs).filter(
      (name) =>
        !isSecret(state.outputs[name]) &&
        (state.additionalSecretOutputs.includes(name) || isSecret(state.inputs[name])),
    );
    if (leaks.length === 0) return;
    state.outputs = { ...state.outputs };
    for (const name of leaks) state.outputs[name] = makeSecret(state.outputs[name]);
  }

  private async delete({ op, pendingReplacement }: PlannedStep, old: ResourceState): Promise<void> {
    if (op === "delete" && old.protect) throw new Protected(old.urn);
    const gone = old.external || old.retainOnDelete || (old.deletedWith !== "" && this.deletes.has(old.deletedWith));
    if (!this.context.preview && !gone && old.custom && !isProviderType(old.type)) {
      const { inputs, outputs, id, timeouts } = old;
      const request = { ...identityOf(old), id, inputs, outputs, timeoutSeconds: timeouts.delete };
      await this.hooks.retrying("Delete", { old }, () => this.instance(old).delete(request));
    }
    if (pendingReplacement === true) old.pendingReplacement = true;
    else this.done.add(old);
  }
}

/** An old resource that stays, with the present URNs of what it refers to. */
function renamed(state: ResourceState, taken: Map<string, string>): ResourceState {
  if (taken.size === 0 || ![...requirementsOf(state)].some((urn) => taken.has(urn))) return state;
  const now = (urn: string): string => taken.get(urn) ?? urn;
  const cut = state.provider.lastIndexOf("::");
  const byProperty = Object.entries(state.propertyDependencies).map(([name, urns]) => [name, urns.map(now)] as const);
  return {
    ...state,
    parent: now(state.parent),
    provider: state.provider === "" ? "" : now(state.provider.slice(0, cut)) + state.provider.slice(cut),
    dependencies: state.dependencies.map(now),
    propertyDependencies: Object.fromEntries(byProperty),
    deletedWith: now(state.deletedWith),
    replaceWith: state.replaceWith.map(now),
  };
}
