import { Aliases } from "./aliases";
import type { Judged } from "./analyzers";
import { failureMessage, importedMessage } from "./checkFailures";
import { Bail, type RunContext } from "./context";
import {
  applyReplaceOnChanges,
  isTriggered,
  needsReplacement,
  noDifference,
  replacementFor,
  settle,
  shownDiff,
} from "./difference";
import { ignoreChanges } from "./paths";
import type { CheckRequest, CheckResult, DiffRequest, DiffResult, Properties } from "./provider";
import { Replacements } from "./replacements";
import { nameSeed } from "./seed";
import { type Goal, isImported, noOptions, type ReadGoal, type ResourceState, stateOf } from "./state";
import type { PlannedStep } from "./step";
import { isProviderType, makeUrn, nameOf, parseReference } from "./urns";
import { containsUnknowns, sameValue } from "./values";

/** The provider reference of a resource whose package must not use a default provider. */
export const deniedProvider = "urn:pulumi:deny::deny::pulumi:providers:denydefaultprovider::denydefaultprovider::";

/** Whoever answers for a resource: its provider, or the registry for provider resources themselves. */
interface Authority {
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
}

/** A resource on its way to its steps. */
interface Registration {
  goal: Goal;
  fresh: ResourceState;
  old: ResourceState | undefined;
  authority: Authority | undefined;
  seed: string;
  /** The goal's inputs with what is to be ignored set back, then as the provider checked them. */
  inputs: Properties;
}

/**
 * Decides what is to be done about each resource that the program registers: check, policies, diff. It works on one
 * resource at a time, in the order in which they come, and carries nothing out itself.
 */
export class Generator {
  readonly goals = new Map<string, Goal>();
  /** Provider resources of this run by URN, former URNs included. */
  readonly providers = new Map<string, ResourceState>();
  readonly urns = new Set<string>();
  readonly aliases: Aliases;
  readonly replacements: Replacements;
  /** URNs for which a step other than a deletion was decided on. */
  readonly operated = new Set<string>();
  /** URNs of resources that are deleted, and not yet made again. */
  readonly deletes = new Set<string>();

  constructor(private readonly context: RunContext) {
    this.aliases = new Aliases(context, this.urns);
    this.replacements = new Replacements(context, this);
  }

  private claimUrn(parent: string, type: string, name: string): string {
    if (parent !== "" && !this.urns.has(parent)) throw new Error(`could not find parent resource ${parent}`);
    const urn = makeUrn(this.context.stack, this.context.project, parent, type, name);
    if (this.urns.has(urn)) {
      this.context.report("error", urn, `Duplicate resource URN '${urn}'; try giving it a unique name`);
      throw new Bail();
    }
    this.urns.add(urn);
    return urn;
  }

  /** The steps for a resource that the program reads. */
  read(request: ReadGoal): PlannedStep[] {
    const urn = this.claimUrn(request.parent, request.type, request.name);
    if (request.id === "") throw new Error(`Expected an ID for ${urn}`);
    const { old, alias } = this.aliases.find(urn, request.name, request.type, request.parent, []);
    const goal: Goal = { ...noOptions(), ...request, custom: true };
    const fresh = { ...stateOf(urn, goal, old, alias), id: request.id, external: true };
    this.operated.add(urn);
    if (old === undefined || old.external || old.id === request.id)
      return [{ op: "read", ...(old === undefined ? {} : { old }), fresh }];
    this.replacements.replaced.add(urn);
    return [
      { op: "read-replacement", old, fresh, pendingDelete: true },
      { op: "replace", old, fresh },
    ];
  }

  /** The steps for a resource that the program registers. */
  async register(goal: Goal): Promise<PlannedStep[]> {
    const urn = this.claimUrn(goal.parent, goal.type, goal.name);
    const { old, alias, invalid } = this.aliases.find(urn, goal.name, goal.type, goal.parent, goal.aliases);
    this.goals.set(urn, goal);
    const fresh = stateOf(urn, goal, old, alias);
    if (isProviderType(goal.type)) {
      this.providers.set(urn, fresh);
      if (alias !== undefined) this.providers.set(alias, fresh);
    }
    const authority = this.authorityOf(urn, goal);
    const recreating = this.deletes.has(urn);
    const ignored = ignoreChanges(goal.inputs, old?.inputs ?? {}, old === undefined ? [] : goal.ignoreChanges);
    if (ignored.invalid.length > 0) {
      this.context.report(
        "info",
        urn,
        `cannot ignore changes in added or removed elements of the path: ${JSON.stringify(ignored.invalid.join(", "))}`,
      );
    }
    const seed = nameSeed(urn, old?.id ?? "");
    const registration: Registration = { goal, fresh, old, authority, seed, inputs: ignored.inputs };
    const known = recreating || old === undefined || old.external || old.taint ? undefined : old;
    const isAccepted = await this.check(
      registration,
      known === undefined ? goal.inputs : ignored.inputs,
      known?.inputs,
    );
    const refused = await this.analyze(registration);
    if (!isAccepted) throw checkFailed(urn);
    if (invalid || refused) throw new Bail(`resource ${urn} is invalid`);
    return this.decide(registration, recreating);
  }

  private authorityOf(urn: string, goal: Goal): Authority | undefined {
    if (!goal.custom) return undefined;
    if (isProviderType(goal.type)) return this.context.registry;
    const fail = (message: string): never => {
      this.context.report("error", urn, message);
      throw new Bail();
    };
    if (goal.provider.startsWith(deniedProvider)) {
      return fail(
        `Default provider for '${goal.provider.slice(deniedProvider.length)}' disabled. '${urn}' must use an explicit provider.`,
      );
    }
    return (
      this.context.registry.get(goal.provider) ?? fail(`unknown provider '${goal.provider}' for resource '${urn}'`)
    );
  }

  /** Checks inputs with the provider: what it refuses is reported property by property, and it is false. */
  private async check(registration: Registration, news: Properties, olds: Properties | undefined): Promise<boolean> {
    const { fresh, authority, seed } = registration;
    if (authority === undefined) return true;
    const identity = { urn: fresh.urn, type: fresh.type, name: nameOf(fresh.urn) };
    const result = await authority.check({ ...identity, olds: olds ?? {}, news, randomSeed: seed });
    for (const failure of result.failures) {
      this.context.report("error", fresh.urn, failureMessage(fresh, failure));
    }
    registration.inputs = result.inputs;
    fresh.inputs = result.inputs;
    return result.failures.length === 0;
  }

  /** Shows the resource to the policies, which may change it first; true when one of them forbids to go on. */
  private async analyze(registration: Registration): Promise<boolean> {
    const { goal, fresh } = registration;
    const packs = await this.context.packs;
    if (packs.length === 0) return false;
    const judged = { state: fresh, properties: registration.inputs, goal, provider: this.providerOf(fresh) };
    for (const pack of packs) {
      const { properties, failures } = await pack.remediate(judged);
      for (const violation of failures) this.context.violated(violation);
      if (properties === judged.properties) continue;
      judged.properties = properties;
      registration.inputs = properties;
      fresh.inputs = properties;
    }
    const found = await Promise.all(packs.map((pack) => pack.analyze(judged)));
    for (const violation of found.flat()) this.context.violated(violation);
    return !this.context.preview && found.flat().some(({ level }) => level === "mandatory");
  }

  /** The provider resource that a resource is made with. */
  providerOf(state: ResourceState): ResourceState | undefined {
    if (state.provider === "") return undefined;
    const { urn } = parseReference(state.provider);
    return this.providers.get(urn) ?? this.context.olds.get(urn);
  }

  /** A resource as policies on the whole stack see it. */
  judgedByOutputs(state: ResourceState): Judged {
    return { state, properties: state.outputs, goal: this.goals.get(state.urn), provider: this.providerOf(state) };
  }

  private async decide(registration: Registration, recreating: boolean): Promise<PlannedStep[]> {
    const { goal, fresh, old } = registration;
    const { urn } = fresh;
    this.operated.add(urn);
    if (old === undefined) return [{ op: "create", fresh }];
    if (recreating) {
      // Deleted in this run because of what it depends on: it must be made again, so it is a replacement.
      this.deletes.delete(urn);
      this.replacements.replaced.add(urn);
      const replaceKeys = this.replacements.keys.get(old.urn) ?? [];
      return [
        { op: "replace", old, fresh },
        { op: "create-replacement", old, fresh, replaceKeys },
      ];
    }
    if (old.external) {
      return [
        { op: "create-replacement", old, fresh, pendingDelete: true },
        { op: "replace", old, fresh },
      ];
    }
    if (isImported(fresh, old)) return this.replace(registration, old, replacementFor("id"));
    const triggered = this.triggered(fresh, old);
    const raw = triggered ? replacementFor() : await this.diff(registration, old);
    const diff = applyReplaceOnChanges(raw, goal.replaceOnChanges, old.initErrors.length > 0);
    const changed = diff.changes === "some" || old.pendingReplacement;
    if (changed && (needsReplacement(diff) || triggered || old.pendingReplacement)) {
      return this.replace(registration, old, diff);
    }
    if (!changed && old.initErrors.length === 0) return [{ op: "same", old, fresh }];
    return [{ op: "update", old, fresh, diffs: diff.diffs, detailedDiff: shownDiff(diff, old, fresh) }];
  }

  private triggered(fresh: ResourceState, old: ResourceState): boolean {
    const { replacementTrigger: now = null } = fresh;
    const { replacementTrigger: before = null } = old;
    if (containsUnknowns(now) || containsUnknowns(before)) {
      if (!this.context.preview) throw new Error(`replacement trigger contains unknowns for ${fresh.urn}`);
      return true;
    }
    return isTriggered(before, now);
  }

  private async diff({ fresh, authority, goal, inputs }: Registration, old: ResourceState): Promise<DiffResult> {
    if (old.taint) return replacementFor("id");
    if (fresh.replaceWith.some((urn) => this.replacements.replaced.has(urn))) return replacementFor("replaceWith");
    if (await this.providerChanged(fresh, old)) return replacementFor("provider");
    if (authority === undefined)
      return sameValue(old.inputs, inputs) ? noDifference : { ...noDifference, changes: "some" };
    const diff = await authority.diff({
      urn: fresh.urn,
      type: fresh.type,
      name: nameOf(fresh.urn),
      id: old.id,
      oldInputs: old.inputs,
      oldOutputs: old.outputs,
      news: inputs,
      ignoreChanges: goal.ignoreChanges,
    });
    return settle(diff, old, inputs, goal.ignoreChanges);
  }

  /** True when the resource moved to a provider that cannot manage what the old one made. */
  private async providerChanged(fresh: ResourceState, old: ResourceState): Promise<boolean> {
    if (fresh.provider === old.provider) return false;
    if (fresh.provider === "" || old.provider === "") return true;
    const [from, to] = [parseReference(old.provider), parseReference(fresh.provider)];
    if (this.aliases.taken.get(from.urn) === to.urn) return false;
    const instance = this.context.registry.get(fresh.provider);
    const [before, after] = [this.context.olds.get(from.urn), this.providers.get(to.urn)];
    if (instance === undefined || before === undefined || after === undefined) return true;
    const identity = { urn: to.urn, type: after.type, name: nameOf(to.urn), id: to.id };
    const diff = await instance.diffConfig({
      ...identity,
      oldInputs: before.inputs,
      oldOutputs: before.outputs,
      news: after.inputs,
      ignoreChanges: [],
    });
    return needsReplacement(diff);
  }

  private async replace(registration: Registration, old: ResourceState, diff: DiffResult): Promise<PlannedStep[]> {
    const { goal, fresh } = registration;
    const { urn } = fresh;
    if (fresh.protect && old.protect) {
      this.context.report(
        "error",
        urn,
        `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the resource, ` +
          "remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`",
      );
      if (!this.context.preview) throw new Bail();
      this.context.failLater();
    }
    if (goal.importID !== "" && !isImported(fresh, old)) {
      const message = importedMessage(old, fresh, diff.replaces);
      if (!this.context.preview) throw new Error(message);
      this.context.report("warning", urn, message);
    }
    this.replacements.replaced.add(urn);
    // The values that were carried over from the old resource are no longer wanted.
    if (!(await this.check(registration, goal.inputs, undefined))) throw checkFailed(urn);
    const detail = { replaceKeys: diff.replaces, diffs: diff.diffs, detailedDiff: shownDiff(diff, old, fresh) };
    if (!(goal.deleteBeforeReplace ?? diff.deleteBeforeReplace)) {
      return [
        { op: "create-replacement", old, fresh, ...detail, pendingDelete: true },
        { op: "replace", old, fresh, ...detail },
      ];
    }
    return [
      ...(await this.replacements.deletionsBefore(old, urn)),
      { op: "replace", old, fresh, ...detail },
      { op: "create-replacement", old, fresh, ...detail },
    ];
  }
}

function checkFailed(urn: string): Bail {
  return new Bail(`resource ${urn} has check errors`);
}
