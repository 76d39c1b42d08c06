import { randomUUID } from "node:crypto";
import { UserError } from "../userError";
import { withoutContents } from "./assets/forms";
import type * as contract from "./provider";
import type { Properties } from "./provider";
import type { ResourceState } from "./state";
import { UnconfiguredProvider } from "./unconfigured";
import { nameOf, packageOf, parseReference, typeOf } from "./urns";
import {
  containsUnknowns,
  isData,
  lowerOutputs,
  lowerReferences,
  namedReferences,
  plainReferences,
  restoreSecrets,
  revealSecrets,
  sameValue,
  unknownValue,
} from "./values";

const internalKey = "__internal";

/** The package of providers whose code is in the program. */
const DYNAMIC = "pulumi-nodejs";

/** A provider resource's inputs as its provider sees them, without what the engine keeps there. */
function ownConfig(inputs: Properties): Properties {
  if (!(internalKey in inputs)) return inputs;
  const { [internalKey]: _, ...own } = inputs;
  return own;
}

/**
 * The same without secrets and references: unlike other methods, those that check and compare configurations hear none in
 * the real engine, so that a value which becomes a secret is no change.
 */
const plainConfig = (inputs: Properties): Properties => lowerReferences(revealSecrets(ownConfig(inputs)));

function plainDiff(request: contract.DiffRequest): contract.DiffRequest {
  const { oldInputs, oldOutputs, news } = request;
  return {
    ...request,
    oldInputs: plainConfig(oldInputs),
    oldOutputs: plainConfig(oldOutputs),
    news: plainConfig(news),
  };
}

/** Variables of the environment that a provider is to see under other names: those that are set. */
function mappedEnvironment(inputs: Properties): { [name: string]: string } {
  const internal = inputs[internalKey];
  const mappings = isData(internal) && isData(internal.envVarMappings) ? internal.envVarMappings : {};
  const mapped: { [name: string]: string } = {};
  for (const [name, seenAs] of Object.entries(mappings)) {
    const value = process.env[name];
    if (value !== undefined) mapped[String(seenAs)] = value;
  }
  return mapped;
}

/** What a provider said that it understands, and what is told to it accordingly. */
class Speech {
  constructor(readonly accepts: contract.ConfigureResult) {}

  lower(properties: Properties): Properties {
    const known = this.accepts.acceptSecrets ? properties : revealSecrets(properties);
    return this.accepts.acceptResources ? namedReferences(known) : lowerReferences(known);
  }
  /** The same of what was, and where only differences matter: assets are told by their hashes. */
  lowerOld(properties: Properties): Properties {
    return withoutContents(this.lower(properties));
  }
  /** What may hold outputs: those of components and methods do. */
  lowerAll(properties: Properties): Properties {
    if (!this.accepts.acceptSecrets) throw new Error("plugins that can construct components must support secrets");
    return this.lower(this.accepts.acceptOutputs ? properties : lowerOutputs(properties));
  }
  heard(properties: Properties): Properties {
    return this.accepts.acceptResources ? plainReferences(properties) : properties;
  }
  raise(outputs: Properties, inputs: Properties): Properties {
    const plain = this.heard(outputs);
    return this.accepts.acceptSecrets ? plain : restoreSecrets(plain, inputs);
  }
}

/**
 * A provider that is being configured, which hears only what it can understand. What it cannot be configured with is an
 * error of those that use it, as in the real engine: one that nobody uses may have any configuration.
 */
export class Instance {
  constructor(
    private readonly provider: contract.Provider,
    private readonly configured: Promise<contract.ConfigureResult>,
  ) {
    // Whoever uses it is told.
    configured.catch(() => undefined);
  }

  private async spoken(): Promise<Speech> {
    return new Speech(await this.configured);
  }

  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    const speech = await this.spoken();
    const [olds, news] = [speech.lower(request.olds), speech.lower(request.news)];
    const result = await this.provider.check({ ...request, olds, news });
    return { ...result, inputs: speech.raise(result.inputs, request.news) };
  }

  async diff(request: contract.DiffRequest): Promise<contract.DiffResult> {
    const speech = await this.spoken();
    const [oldInputs, oldOutputs] = [speech.lowerOld(request.oldInputs), speech.lowerOld(request.oldOutputs)];
    return this.provider.diff({ ...request, oldInputs, oldOutputs, news: speech.lowerOld(request.news) });
  }

  async create(request: contract.CreateRequest): Promise<contract.CreateResult> {
    const speech = await this.spoken();
    if (request.preview && !speech.accepts.supportsPreview) return { id: "", outputs: request.inputs };
    const result = await this.provider.create({ ...request, inputs: speech.lower(request.inputs) });
    return { id: result.id, outputs: speech.raise(result.outputs, request.inputs) };
  }

  async recover(request: contract.CreateRequest): Promise<contract.CreateResult | "nothing" | undefined> {
    const speech = await this.spoken();
    const found = await this.provider.recover?.({ ...request, inputs: speech.lower(request.inputs) });
    return found === undefined || found === "nothing"
      ? found
      : { id: found.id, outputs: speech.raise(found.outputs, request.inputs) };
  }

  async update(request: contract.UpdateRequest): Promise<contract.UpdateResult> {
    const speech = await this.spoken();
    if (request.preview && !speech.accepts.supportsPreview) return { outputs: request.news };
    const [oldInputs, oldOutputs] = [speech.lowerOld(request.oldInputs), speech.lowerOld(request.oldOutputs)];
    const result = await this.provider.update({ ...request, oldInputs, oldOutputs, news: speech.lower(request.news) });
    return { outputs: speech.raise(result.outputs, request.news) };
  }

  async read(request: contract.ReadRequest): Promise<contract.ReadResult> {
    const speech = await this.spoken();
    const [inputs, outputs] = [speech.lowerOld(request.inputs), speech.lowerOld(request.outputs)];
    const result = await this.provider.read({ ...request, inputs, outputs });
    return {
      ...result,
      ...(result.inputs && { inputs: speech.raise(result.inputs, request.inputs) }),
      outputs: speech.raise(result.outputs, request.outputs),
    };
  }

  async delete(request: contract.DeleteRequest): Promise<void> {
    const speech = await this.spoken();
    const [inputs, outputs] = [speech.lowerOld(request.inputs), speech.lowerOld(request.outputs)];
    return this.provider.delete({ ...request, inputs, outputs });
  }

  async invoke(request: contract.InvokeRequest): Promise<contract.InvokeResult> {
    const speech = await this.spoken();
    return this.provider.invoke({ ...request, args: speech.lower(request.args) });
  }

  /** Whether it makes components at all. */
  get constructs(): boolean {
    return this.provider.construct !== undefined;
  }
  /** Whether it has methods at all. */
  get calls(): boolean {
    return this.provider.call !== undefined;
  }

  async construct(request: contract.ConstructRequest): Promise<contract.ConstructResult> {
    const speech = await this.spoken();
    const result = await this.provider.construct?.({ ...request, inputs: speech.lowerAll(request.inputs) });
    if (result === undefined) throw new Error(`unknown resource type ${request.type}`);
    return { ...result, state: speech.heard(result.state) };
  }

  async call(request: contract.CallRequest): Promise<contract.CallResult> {
    const speech = await this.spoken();
    const answer = await this.provider.call?.({ ...request, args: speech.lowerAll(request.args) });
    if (answer === undefined) throw new Error(`unknown function ${request.token}`);
    return { ...answer, result: speech.heard(answer.result) };
  }

  diffConfig(request: contract.DiffRequest): Promise<contract.DiffResult> {
    return this.provider.diffConfig(plainDiff(request));
  }
}

/**
 * The providers of one run, one instance per provider resource, and the operations on provider resources themselves:
 * they are checked, compared and configured where other resources are checked, compared and created.
 */
export class ProviderRegistry {
  private readonly instances = new Map<string, Instance>();
  /** Opened for a check, and not configured yet; by URN. */
  private readonly opened = new Map<string, contract.Provider>();
  private readonly all: contract.Provider[] = [];

  constructor(
    private readonly sources: contract.ProviderSource[],
    /** All resources of the state. */
    private readonly previous: readonly ResourceState[],
    private readonly report: contract.ProviderReport,
  ) {}

  get(reference: string): Instance | undefined {
    return this.instances.get(reference);
  }

  private async open(urn: string, inputs: Properties): Promise<contract.Provider> {
    const pkg = packageOf(typeOf(urn));
    const version = typeof inputs.version === "string" ? inputs.version : "";
    for (const source of this.sources) {
      const provider = await source.open(pkg, version, this.report, mappedEnvironment(inputs));
      if (provider === undefined) continue;
      this.all.push(provider);
      return provider;
    }
    if (pkg === DYNAMIC) throw new UserError("cannot rehearse: a dynamic provider, whose code would act for real");
    const wanted = version === "" ? pkg : `${pkg} ${version}`;
    throw new UserError(
      `cannot rehearse: the package ${wanted}: it is neither simulated nor a plugin folder of Pulumi.yaml`,
    );
  }

  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    const provider = await this.open(request.urn, request.news);
    const [olds, news] = [plainConfig(request.olds), plainConfig(request.news)];
    const result = await provider.checkConfig({ ...request, olds, news });
    if (result.failures.length > 0) return result;
    this.opened.set(request.urn, provider);
    const kept: Properties = {};
    for (const key of ["version", internalKey]) if (key in request.news) kept[key] = request.news[key];
    return { inputs: { ...restoreSecrets(result.inputs, ownConfig(request.news)), ...kept }, failures: [] };
  }

  async diff(request: contract.DiffRequest): Promise<contract.DiffResult> {
    const provider = this.opened.get(request.urn) ?? this.instances.get(`${request.urn}::${request.id}`);
    if (provider === undefined) throw new Error(`the provider ${request.urn} was not checked`);
    const diff = await provider.diffConfig(plainDiff(request));
    if (diff.changes !== "unknown") return diff;
    return { ...diff, changes: sameValue(request.oldOutputs, ownConfig(request.news)) ? "none" : "some" };
  }

  private async configure(urn: string, id: string, inputs: Properties): Promise<void> {
    const opened = this.opened.get(urn) ?? (await this.open(urn, inputs));
    this.opened.delete(urn);
    const own = ownConfig(inputs);
    const provider = containsUnknowns(own) ? new UnconfiguredProvider(opened, this.report) : opened;
    const configured = provider.configure({ urn, name: nameOf(urn), inputs: own });
    this.instances.set(`${urn}::${id}`, new Instance(provider, configured));
  }

  async create(urn: string, inputs: Properties, preview: boolean): Promise<contract.CreateResult> {
    const id = preview ? unknownValue : randomUUID();
    await this.configure(urn, id, inputs);
    return { id, outputs: ownConfig(inputs) };
  }

  async update(urn: string, id: string, inputs: Properties): Promise<contract.UpdateResult> {
    await this.configure(urn, id, inputs);
    return { outputs: ownConfig(inputs) };
  }

  /** Makes sure that a provider resource which did not change is configured, with its old inputs. */
  async same(urn: string, id: string, oldInputs: Properties): Promise<void> {
    if (this.instances.has(`${urn}::${id}`)) return;
    await this.configure(urn, id, oldInputs);
  }

  /**
   * Loads the provider that an old resource was made with, for its deletion. One that was replaced, and waits for its own,
   * still serves what an update that failed left behind.
   */
  async ensure(reference: string): Promise<void> {
    if (reference === "" || this.instances.has(reference)) return;
    const { urn, id } = parseReference(reference);
    const old = this.previous.find((state) => state.urn === urn && state.id === id);
    if (old === undefined) throw new Error(`unknown provider '${reference}'`);
    // Not the instance of a check under way: that one gets the new configuration.
    const provider = await this.open(urn, old.inputs);
    const configured = provider.configure({ urn, name: nameOf(urn), inputs: ownConfig(old.inputs) });
    if (!this.instances.has(reference)) this.instances.set(reference, new Instance(provider, configured));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((provider) => provider.close().catch(() => undefined)));
  }
}
