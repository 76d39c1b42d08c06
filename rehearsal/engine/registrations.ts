import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import type * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { UserError } from "../userError";
import { aliasProblem } from "./aliases";
import { withHashes } from "./assets";
import { InvalidArgument } from "./context";
import type { DefaultProviders } from "./defaultProviders";
import { constructOptions, goalOf, optionsOf, providerInputs } from "./goals";
import type { ConstructRequest, Properties, RunInfo } from "./provider";
import type { Goal } from "./state";
import type { Transforms } from "./transforms";
import { isProviderType, packageOf, parseReference, typeOf, typeProblem } from "./urns";
import { lowerOutputs, outputDependencies, raiseOutputs } from "./values";
import { fromStruct } from "./wire";

/** What children of a resource inherit from it. */
interface Registered {
  goal: Goal;
  transforms: Callback[];
  /** Provider references by package. */
  providers: Map<string, string>;
}

/** A goal on its way through the engine, with what its children will inherit. */
export interface Request extends Registered {
  /** Of a component that a provider makes: what that provider is asked, in place of the goal. */
  remote?: Remote;
}

/** What a component is to be, and who makes it. */
export interface Remote extends Omit<ConstructRequest, keyof RunInfo> {
  /** Provider reference. */
  provider: string;
}

const misplacedMappings = "envVarMappings can only be used with provider resources";

/** Refuses by name what this engine does not do. */
function refuse(request: rpc.RegisterResourceRequest): void {
  if (request.getPackageref() === "") return;
  throw new UserError(`cannot rehearse: the parameterized package of ${request.getType()} '${request.getName()}'`);
}

/** Turns the program's requests into goals: what is inherited from parents, transforms, providers, dependencies. */
export class Registrations {
  private readonly registered = new Map<string, Registered>();
  /** Transforms of components that are being made, for the plugins' own registrations of them. */
  private readonly pending = new Map<string, Callback[]>();

  constructor(
    private readonly transforms: Transforms,
    private readonly defaults: DefaultProviders,
    /** The program's folder, where the paths of its assets start. */
    private readonly folder: string,
  ) {}

  /** Remembers what the children of a finished registration inherit. */
  settled(urn: string, { goal, transforms, providers, remote }: Request): void {
    const known = remote === undefined ? undefined : this.registered.get(urn);
    this.registered.set(urn, { goal: known?.goal ?? goal, transforms, providers });
  }

  /** The provider of a resource of this run; empty for one that has none, undefined for one that is not there. */
  providerOf(urn: string): string | undefined {
    return this.registered.get(urn)?.goal.provider;
  }

  /** The provider reference for a package: as given, by package, or from the parents; empty when there is none. */
  resolveProvider(given: string, byPackage: Map<string, string>, parent: string, pkg: string): string {
    return given || byPackage.get(pkg) || this.registered.get(parent)?.providers.get(pkg) || "";
  }

  async prepare(request: rpc.RegisterResourceRequest): Promise<Request> {
    const [type, name, custom, parent] = [
      request.getType(),
      request.getName(),
      request.getCustom(),
      request.getParent(),
    ];
    const remote = request.getRemote();
    const mappings = Object.fromEntries(request.getEnvvarmappingsMap().entries());
    const misplaced = Object.keys(mappings).length > 0 && !isProviderType(type) ? misplacedMappings : undefined;
    const problem = (custom || remote ? typeProblem(type) : undefined) ?? misplaced;
    if (problem !== undefined) throw new InvalidArgument(problem);
    this.inherit(request, this.registered.get(parent)?.goal);
    const given = dependenciesOf(request);
    given.properties = await this.hashed(given.properties, "unmarshal properties");
    const declared = request.getTransformsList();
    const own = this.ownTransforms(`${parent}::${type}::${name}`, declared, remote);
    const callbacks = [...own, ...this.inheritedTransforms(parent), ...this.transforms.stack];
    const options = optionsOf(
      request,
      this.resolveProvider(
        request.getProvider(),
        mapOf(request.getProvidersMap()),
        custom || remote ? parent : "",
        packageOf(type),
      ),
    );
    const resource = { type, name, custom, parent, properties: given.properties, options };
    if (callbacks.length > 0 || remote)
      resource.properties = raiseOutputs(given.properties, declared.length > 0 ? given.byProperty : {});
    if (callbacks.length > 0) {
      await this.transforms.apply(callbacks, resource).catch((error: Error) => {
        throw new Error(`invoke transform: ${error.message}`);
      });
      resource.properties = await this.hashed(
        resource.properties,
        "invoke transform: unmarshalling transform properties",
      );
    }
    refuse(request);
    const { dependencies, byProperty } = declared.length > 0 ? rebuilt(resource) : merged(given, resource.properties);
    const providers = mapOf(resource.options.getProvidersMap());
    if (!custom)
      for (const [pkg, reference] of this.registered.get(parent)?.providers ?? [])
        if (!providers.has(pkg)) providers.set(pkg, reference);
    const goal = goalOf(resource, lowerOutputs(resource.properties), dependencies, byProperty);
    for (const alias of goal.aliases) {
      const wrong = aliasProblem(alias);
      if (wrong !== undefined) throw new InvalidArgument(wrong);
    }
    const trigger = await this.trigger(resource.options);
    if (trigger !== null) goal.replacementTrigger = trigger;
    if (isProviderType(type)) goal.inputs = providerInputs(goal.inputs, resource.options, mappings);
    if (remote) {
      const provider = await this.referenceFor(type, resource.options);
      const asked = { type, name, parent, provider, inputs: resource.properties, inputDependencies: byProperty };
      const options = constructOptions(goal, resource.options, providers);
      return { goal, transforms: own, providers, remote: { ...asked, options } };
    }
    if (custom && !isProviderType(type)) goal.provider = await this.referenceFor(type, resource.options);
    return { goal, transforms: own, providers };
  }

  /** The provider that a resource was given, or the default one of its package. */
  private async referenceFor(type: string, options: rpc.TransformResourceOptions): Promise<string> {
    const given = options.getProvider();
    if (given !== "") return given;
    return this.defaults.reference(packageOf(type), options.getVersion(), options.getPluginDownloadUrl());
  }

  /**
   * The transforms that a resource was declared with. A component that a provider makes is registered twice: first by the
   * program, with its transforms, and then by the plugin, which does not know them.
   */
  private ownTransforms(key: string, declared: Callback[], remote: boolean): Callback[] {
    const pending = this.pending.get(key);
    if (pending !== undefined) this.pending.delete(key);
    else if (remote && declared.length > 0) this.pending.set(key, declared);
    return pending ?? declared;
  }

  /** Properties with the hashes of their assets; `during` begins the error of one that cannot be read. */
  hashed(properties: Properties, during: string): Promise<Properties> {
    return withHashes(properties, this.folder).catch((error: Error) => {
      throw new Error(`${during}: ${error.message}`);
    });
  }

  /** What is to replace the resource when it changes; null for nothing. */
  private async trigger(options: rpc.TransformResourceOptions): Promise<unknown> {
    const replacementTrigger = options.getReplacementTrigger()?.toJavaScript() ?? null;
    const hashed = await this.hashed(lowerOutputs({ replacementTrigger }), "unmarshaling replacement trigger");
    return hashed.replacementTrigger;
  }

  private inherit(request: rpc.RegisterResourceRequest, parent: Goal | undefined): void {
    if (parent === undefined) return;
    if (request.getDeletedwith() === "") request.setDeletedwith(parent.deletedWith);
    if (!request.hasProtect() && parent.protect !== undefined) request.setProtect(parent.protect);
    if (!request.hasRetainondelete() && parent.retainOnDelete !== undefined)
      request.setRetainondelete(parent.retainOnDelete);
    if (request.getProvider() !== "" || parent.provider === "") return;
    const pkg = packageOf(typeOf(parseReference(parent.provider).urn));
    if ((!request.getCustom() && !request.getRemote()) || pkg === packageOf(request.getType()))
      request.setProvider(parent.provider);
  }

  private inheritedTransforms(parent: string): Callback[] {
    const found: Callback[] = [];
    for (let above = this.registered.get(parent); above !== undefined; above = this.registered.get(above.goal.parent)) {
      found.push(...above.transforms);
    }
    return found;
  }
}

function mapOf(map: { entries(): Iterable<[string, string]> }): Map<string, string> {
  return new Map(map.entries());
}

interface Dependencies {
  dependencies: string[];
  byProperty: { [property: string]: string[] };
}

/** The properties of a request, and what they depend on; without a map of its own, every property on everything. */
function dependenciesOf(request: rpc.RegisterResourceRequest): Dependencies & { properties: Properties } {
  const properties = fromStruct(request.getObject());
  const dependencies = request.getDependenciesList();
  const map = request.getPropertydependenciesMap();
  const byProperty: { [property: string]: string[] } = {};
  if (map.getLength() === 0 && !request.getRemote())
    for (const name of Object.keys(properties)) byProperty[name] = dependencies;
  else for (const [name, urns] of map.entries()) byProperty[name] = urns.getUrnsList();
  return { properties, dependencies, byProperty };
}

/** With the dependencies that outputs among the properties carry themselves. */
function merged({ dependencies, byProperty }: Dependencies, properties: Properties): Dependencies {
  for (const name in properties) {
    const known = byProperty[name] ?? [];
    const found = outputDependencies(properties[name]);
    byProperty[name] = found.size === 0 ? known : [...new Set([...known, ...found])];
  }
  return { dependencies, byProperty };
}

/** After a resource's own transforms, the outputs among its properties say what it depends on. */
function rebuilt({
  properties,
  options,
}: {
  properties: Properties;
  options: rpc.TransformResourceOptions;
}): Dependencies {
  const dependencies = new Set(options.getDependsOnList());
  const byProperty: { [property: string]: string[] } = {};
  for (const name in properties) {
    const found = [...outputDependencies(properties[name])];
    byProperty[name] = found;
    for (const urn of found) dependencies.add(urn);
  }
  return { dependencies: [...dependencies], byProperty };
}
