import type { ServiceError } from "@grpc/grpc-js";
import { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { bindingsMessage } from "./hookMessages";
import { connect, unary } from "./plugins";
import type { ConstructOptions, ConstructRequest, ConstructResult, Properties } from "./provider";
import type { Alias } from "./state";
import { packageOf } from "./urns";
import { referenceSignature, signatureKey } from "./values";
import { fromStruct, toStruct, toValue } from "./wire";

/** A resource that a component is to have. */
export interface Child {
  /** Type token. */
  type: string;
  name: string;
  inputs: Properties;
  /** URNs. @default none */
  dependencies?: readonly string[];
  /** URNs that each input depends on. @default none, for each */
  inputDependencies?: { readonly [input: string]: readonly string[] };
  /** Whether it stays where it is when it is no longer wanted. @default false */
  retainOnDelete?: boolean;
  /** Of the plugin, such as `4.30.0`; it names the default provider when the component was given none. @default none */
  version?: string;
}

/** A child as the engine made it; at preview, outputs may hold unknowns. */
export interface Registered {
  urn: string;
  id: string;
  outputs: Properties;
}

/** How a child stands in the outputs of its component: a reference, which the program turns into the resource. */
export function referenceTo({ urn, id }: Pick<Registered, "urn" | "id">): Properties {
  return { [signatureKey]: referenceSignature, urn, id };
}

/** A component under construction, and the way to the run that it is part of. */
export interface Building {
  /** Of the component. */
  readonly urn: string;
  /**
   * Registers a child, with the provider that the component was given for its package; resolves when it is made.
   * @throws Error in the engine's words; the run is ended then.
   */
  child(child: Child): Promise<Registered>;
  /** Tells the user something about the component. */
  log(severity: "info" | "warning", message: string): Promise<void>;
}

/**
 * Makes a component in this process as a plugin does in its own: registers it with its options and without inputs, then
 * does what `work` says.
 * @param work registers the children; gives the component's outputs, and the URNs that each depends on.
 * @throws what `work` throws, or Error in the engine's words.
 */
export async function constructing(
  request: ConstructRequest,
  work: (building: Building) => Promise<Pick<ConstructResult, "state" | "stateDependencies">>,
): Promise<ConstructResult> {
  const monitor = connect(ResourceMonitorClient, request.monitorAddress);
  const engine = connect(EngineClient, request.engineAddress);
  const register = async (message: rpc.RegisterResourceRequest): Promise<Registered> => {
    const answer = unary(monitor.registerResource.bind(monitor), message).catch((error: ServiceError) => {
      throw new Error(error.details || error.message);
    });
    const response = await answer;
    return { urn: response.getUrn(), id: response.getId(), outputs: fromStruct(response.getObject()) };
  };
  try {
    const { urn } = await register(componentMessage(request));
    const building: Building = {
      urn,
      child: (child) => register(childMessage(child, urn, request.options)),
      async log(severity, text) {
        const message = new LogRequest();
        message.setSeverity(severity === "info" ? LogSeverity.INFO : LogSeverity.WARNING);
        message.setMessage(text);
        message.setUrn(urn);
        await unary(engine.log.bind(engine), message);
      },
    };
    return { urn, ...(await work(building)) };
  } finally {
    monitor.close();
    engine.close();
  }
}

/** What every SDK of today says of itself. */
function message(type: string, name: string, parent: string): rpc.RegisterResourceRequest {
  const made = new rpc.RegisterResourceRequest();
  made.setType(type);
  made.setName(name);
  made.setParent(parent);
  made.setAcceptsecrets(true);
  made.setAcceptresources(true);
  made.setSupportspartialvalues(true);
  made.setSupportsresultreporting(true);
  made.setAliasspecs(true);
  return made;
}

function componentMessage({ type, name, parent, options }: ConstructRequest): rpc.RegisterResourceRequest {
  const made = message(type, name, parent);
  made.setAliasesList(options.aliases.map(aliasMessage));
  made.setDependenciesList(options.dependencies);
  if (options.protect !== undefined) made.setProtect(options.protect);
  for (const [pkg, reference] of Object.entries(options.providers)) made.getProvidersMap().set(pkg, reference);
  made.setAdditionalsecretoutputsList(options.additionalSecretOutputs);
  if (options.customTimeouts !== undefined) {
    const timeouts = new rpc.RegisterResourceRequest.CustomTimeouts();
    timeouts.setCreate(options.customTimeouts.create);
    timeouts.setUpdate(options.customTimeouts.update);
    timeouts.setDelete(options.customTimeouts.delete);
    timeouts.setRead(options.customTimeouts.read);
    made.setCustomtimeouts(timeouts);
  }
  made.setDeletedwith(options.deletedWith);
  made.setReplaceWithList(options.replaceWith);
  if (options.deleteBeforeReplace !== undefined) {
    made.setDeletebeforereplace(options.deleteBeforeReplace);
    made.setDeletebeforereplacedefined(true);
  }
  made.setIgnorechangesList(options.ignoreChanges);
  made.setReplaceonchangesList(options.replaceOnChanges);
  if (options.replacementTrigger !== undefined) made.setReplacementTrigger(toValue(options.replacementTrigger));
  if (options.retainOnDelete !== undefined) made.setRetainondelete(options.retainOnDelete);
  made.setHooks(bindingsMessage(options.hooks));
  return made;
}

function childMessage(child: Child, parent: string, { providers }: ConstructOptions): rpc.RegisterResourceRequest {
  const made = message(child.type, child.name, parent);
  made.setCustom(true);
  made.setObject(toStruct(child.inputs));
  made.setDependenciesList([...(child.dependencies ?? [])]);
  for (const input of Object.keys(child.inputs)) {
    const dependencies = new rpc.RegisterResourceRequest.PropertyDependencies();
    dependencies.setUrnsList([...(child.inputDependencies?.[input] ?? [])]);
    made.getPropertydependenciesMap().set(input, dependencies);
  }
  made.setProvider(providers[packageOf(child.type)] ?? "");
  made.setVersion(child.version ?? "");
  if (child.retainOnDelete === true) made.setRetainondelete(true);
  return made;
}

/** An alias as the engine's protocol has it. */
export function aliasMessage(alias: Alias): AliasMessage {
  const made = new AliasMessage();
  if (alias.urn !== undefined) {
    made.setUrn(alias.urn);
    return made;
  }
  const spec = new AliasMessage.Spec();
  spec.setName(alias.name ?? "");
  spec.setType(alias.type ?? "");
  spec.setStack(alias.stack ?? "");
  spec.setProject(alias.project ?? "");
  if (alias.noParent === true) spec.setNoparent(true);
  else if (alias.parent !== undefined && alias.parent !== "") spec.setParenturn(alias.parent);
  made.setSpec(spec);
  return made;
}
