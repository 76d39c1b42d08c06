import { setTimeout as sleep } from "node:timers/promises";
import type { Templates } from "../clusters/provider/templates";
import type {
  CheckRequest,
  CheckResult,
  ConfigureRequest,
  ConfigureResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  InvokeRequest,
  InvokeResult,
  Properties,
  Provider,
  ReadRequest,
  ReadResult,
  UpdateRequest,
  UpdateResult,
} from "../engine/provider";
import { makeSecret } from "../engine/values";
import { checkResource, subjectOf } from "./check";
import { checkProvider, diffProvider } from "./configuration";
import { diffResource } from "./diff";
import { callFunction } from "./functions";
import { type Identity, type Kind, making, obstacles, place, refusals, scopeOfAccount, settle } from "./life";
import type { Account, Cloud, Making, Surroundings } from "./model";
import { outputsOf } from "./outputs";
import type { ResourceSchema, SdkPackage } from "./sdk/package";
import { holdsUnknown, own, plain, redactor, same, UNKNOWN } from "./wire";
import type { Thing, World } from "./world";

/** Milliseconds before each further attempt. Source: pulumi-kubernetes `await.Creation`; a tenth of them, as clouds make all at once. */
const PAUSES = [100, 200, 400, 800, 1600];

/** One provider resource of a simulated cloud: what `pulumirpc.ResourceProvider` asks, answered from the world. */
export class SimulatedProvider implements Provider {
  readonly construct?: NonNullable<Provider["construct"]>;
  private account: Account;

  /** @param seed makes the ids of one rehearsal differ from those of another. */
  constructor(
    private readonly sdk: SdkPackage,
    private readonly cloud: Cloud,
    private readonly world: World,
    private readonly seed: string,
    private readonly templates: Templates | undefined = undefined,
  ) {
    this.account = cloud.account({});
    const make = cloud.construct?.bind(cloud);
    if (make === undefined) return;
    this.construct = (request) => make(request, this.surroundings());
  }

  private surroundings(): Surroundings {
    const { sdk, cloud, world, account, templates } = this;
    return { sdk, account, templates, things: (type) => world.all(type, scopeOfAccount(cloud, account)) };
  }

  async checkConfig(request: CheckRequest): Promise<CheckResult> {
    return checkProvider(request, this.sdk, this.cloud);
  }

  async diffConfig(request: DiffRequest): Promise<DiffResult> {
    return diffProvider(request, this.cloud);
  }

  async configure(request: ConfigureRequest): Promise<ConfigureResult> {
    this.account = this.cloud.account(plain(request.inputs) as Properties);
    return { acceptSecrets: true, supportsPreview: true, acceptResources: false, acceptOutputs: false };
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    const schema = schemaOf(this.sdk, this.cloud, request.type);
    if (schema === undefined)
      return { inputs: request.news, failures: [{ property: "", reason: this.noSuchType(request.type) }] };
    const news = this.cloud.filled?.(request, this.surroundings()) ?? request.news;
    const checked = checkResource(
      { ...request, news },
      {
        sdk: this.sdk,
        cloud: this.cloud,
        schema,
        model: this.cloud.model(request.type),
        account: this.account,
        world: this.world,
      },
    );
    const inputs = plain(request.news) as Properties;
    const files = this.cloud.checkFiles?.(request.type, inputs, this.surroundings()) ?? [];
    return { ...checked, failures: [...checked.failures, ...files] };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    const kind = this.kind(request.type);
    this.adopt(kind, request, request.id, request.oldInputs, request.oldOutputs);
    const autoname = this.cloud.autoname(kind.schema, kind.model);
    return diffResource(request, {
      model: kind.model,
      immutable: this.cloud.immutable(kind.schema, this.account, plain(request.news) as Properties),
      autoname,
    });
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    const kind = this.kind(request.type);
    if (request.preview || holdsUnknown(request.inputs)) {
      if (!request.preview)
        throw new Error(`${request.type} "${request.name}" cannot be created: an input is still unknown`);
      return { id: "", outputs: this.foreseen(kind, request, request.inputs) };
    }
    const made = await this.awaited(kind, request);
    refuse("create", request, request.inputs, made.making.scope, refusals(kind, made));
    const outputs = this.answer(kind, request, request.inputs, made.making, {});
    settle(kind, made, plain(outputs) as Properties);
    return { id: made.making.id, outputs };
  }

  /** Prepares what is to be made, if need be until that is there which it waits for. */
  private async awaited(kind: Kind, request: CreateRequest): Promise<ReturnType<typeof making>> {
    let made = making(kind, request, request.inputs);
    for (const pause of PAUSES) {
      if ((kind.model?.soon ?? []).every((rule) => rule(made.making) === undefined)) break;
      await sleep(pause);
      made = making(kind, request, request.inputs);
    }
    return made;
  }

  /** A simulated cloud has what the state has, and nothing beside it. */
  async recover(): Promise<"nothing"> {
    return "nothing";
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const kind = this.kind(request.type);
    const { id, inputs } = request;
    // Of what a program looks up, the engine knows no more than the program.
    const told = same(inputs, request.outputs) ? this.cloud.identified?.(request.type, id) : undefined;
    if (told !== undefined) {
      const subject = subjectOf(request, told, this.cloud, this.account);
      const { outputs } = this.adopt(
        kind,
        request,
        this.cloud.id(subject, kind.schema, () => ""),
        told,
        {},
      );
      return { id, inputs: told, outputs: withSecrets(outputs, kind.schema) };
    }
    const thing = this.adopt(kind, request, id, inputs, request.outputs);
    const outputs = Object.keys(request.outputs).length > 0 ? request.outputs : thing.outputs;
    return { id, inputs, outputs };
  }

  async update(request: UpdateRequest): Promise<UpdateResult> {
    const kind = this.kind(request.type);
    const computed = withoutInputs(request.oldOutputs, kind.schema);
    if (holdsUnknown(request.news)) return { outputs: this.answer(kind, request, request.news, undefined, computed) };
    this.adopt(kind, request, request.id, request.oldInputs, request.oldOutputs);
    const made = making(kind, request, request.news, request.id);
    const outputs = this.answer(kind, request, request.news, made.making, computed);
    for (const counter of kind.model?.counters ?? []) {
      outputs[counter] = request.preview ? UNKNOWN : Number(own(request.oldOutputs, counter) ?? 0) + 1;
    }
    if (request.preview) return { outputs };
    refuse(
      "update",
      request,
      request.news,
      made.making.scope,
      refusals(kind, made, plain(request.oldInputs) as Properties),
    );
    settle(kind, made, plain(outputs) as Properties);
    return { outputs };
  }

  async delete(request: DeleteRequest): Promise<void> {
    const kind = this.kind(request.type);
    const thing = this.adopt(kind, request, request.id, request.inputs, request.outputs);
    refuse("delete", request, request.inputs, thing.scope, obstacles(kind, thing));
    this.world.bury(thing);
  }

  async invoke(request: InvokeRequest): Promise<InvokeResult> {
    const answer = this.cloud.invoke?.(request, this.surroundings());
    if (answer !== undefined) return answer;
    return callFunction(request, {
      sdk: this.sdk,
      cloud: this.cloud,
      world: this.world,
      account: this.account,
      kind: (type) => this.kind(type),
    });
  }

  async close(): Promise<void> {}

  /** What a preview knows of the outputs of something that is to be made. */
  private foreseen(kind: Kind, identity: Identity, inputs: Properties): Properties {
    const foreseen = this.answer(kind, identity, inputs, undefined, {});
    if (this.cloud.dryRuns !== true || holdsUnknown(inputs)) return foreseen;
    const { making: it } = making(kind, identity, inputs);
    const given = this.answer(kind, identity, inputs, it, {});
    const isInput = ([name]: [string, unknown]) => kind.schema.inputs.has(name);
    return { ...foreseen, ...Object.fromEntries(Object.entries(given).filter(isInput)) };
  }

  /**
   * The thing in the world, which comes to be there if it is not yet: what the engine's state knows exists, and so does
   * what a program reads, though this process is new.
   */
  adopt(kind: Kind, identity: Identity, id: string, inputs: Properties, outputs: Properties): Thing {
    const made = making(kind, identity, inputs, id);
    const known = this.world.get(identity.type, made.making.scope, id);
    if (known !== undefined) return known;
    const facts = Object.keys(outputs).length > 0 ? outputs : this.answer(kind, identity, inputs, made.making, {});
    return settle(kind, made, plain(facts) as Properties);
  }

  /** How the engine's state tells of a resource; see `ProviderSource`. */
  restore(resource: { urn: string; type: string; id: string; inputs: Properties; outputs: Properties }): void {
    if (schemaOf(this.sdk, this.cloud, resource.type) === undefined) return;
    const name = resource.urn.split("::").at(-1) ?? "";
    this.adopt(this.kind(resource.type), { ...resource, name }, resource.id, resource.inputs, resource.outputs);
  }

  /** Outputs; `it` undefined in a preview. */
  private answer(
    kind: Kind,
    identity: Identity,
    inputs: Properties,
    it: Making | undefined,
    before: Properties,
  ): Properties {
    const known = this.cloud.known?.(subjectOf(identity, inputs, this.cloud, this.account), kind.schema) ?? {};
    const given = it === undefined ? {} : (kind.model?.outputs?.(it) ?? {});
    return outputsOf(inputs, {
      sdk: this.sdk,
      schema: kind.schema,
      preview: it === undefined,
      seed: it?.id ?? "",
      fills: this.cloud.fills,
      text: it === undefined ? () => undefined : this.cloud.text(it),
      given: { ...before, ...known, ...given },
    });
  }

  private kind(type: string): Kind {
    const schema = schemaOf(this.sdk, this.cloud, type);
    if (schema === undefined) throw new Error(this.noSuchType(type));
    return {
      cloud: this.cloud,
      schema,
      model: this.cloud.model(type),
      account: this.account,
      world: this.world,
      seed: this.seed,
    };
  }

  private noSuchType(type: string): string {
    const hint = this.sdk.suggest(type);
    const tail = hint === undefined ? "" : `; did you mean ${hint}?`;
    return `@pulumi/${this.sdk.name} ${this.sdk.version} has no resource type ${type}${tail}`;
  }
}

/** The schema of a type; undefined when neither the SDK nor the cloud knows it. */
export function schemaOf(sdk: SdkPackage, cloud: Cloud, type: string): ResourceSchema | undefined {
  return sdk.resource(type) ?? cloud.custom?.(type, (module) => sdk.hasModule(module));
}

function refuse(
  operation: string,
  { type, name }: Identity,
  inputs: Properties,
  scope: string,
  reasons: string[],
): void {
  if (reasons.length === 0) return;
  const list = reasons.length === 1 ? ` ${reasons[0]}` : reasons.map((reason) => `\n  - ${reason}`).join("");
  throw new Error(redactor(inputs)(`${place(scope)} refuses to ${operation} ${type} "${name}":${list}`));
}

/** What the world keeps in clear, as the program is given it. */
function withSecrets(outputs: Properties, { secretOutputs }: ResourceSchema): Properties {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, secretOutputs.has(name) ? makeSecret(value) : value]),
  );
}

/** The outputs that no input gives: they stay as they are when something else changes. */
function withoutInputs(outputs: Properties, schema: ResourceSchema): Properties {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !schema.inputs.has(name)));
}
