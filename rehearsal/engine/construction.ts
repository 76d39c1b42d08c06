import type { ServiceError } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorClient } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { bindingsMessage, setByName, setOptions, timed } from "./messages";
import { connect, unary } from "./plugins";
import type { ConstructOptions, ConstructRequest, ConstructResult, Properties } from "./provider";
import { packageOf } from "./urns";
import { referenceSignature, signatureKey } from "./values";
import { toStruct } from "./wire";

/** A resource that a component is to have. */
export interface Child {
  /** Type token. */
  type: string;
  name: string;
  inputs: Properties;
  /** URNs. @default none */
  dependencies?: readonly string[];
  /** Whether it stays where it is when it is no longer wanted. @default false */
  retainOnDelete?: boolean;
  /** Of the plugin, such as `4.30.0`; it names the default provider when the component was given none. @default none */
  version?: string;
}

/** A resource that the engine made; at preview, its id may be unknown. */
export interface Registered {
  urn: string;
  id: string;
}

/** How a child stands in the outputs of its component: a reference, which the program turns into the resource. */
export function referenceTo({ urn, id }: Registered): Properties {
  return { [signatureKey]: referenceSignature, urn, id };
}

/** A component under construction, and the way to the run that it is part of. */
export interface Building {
  /**
   * Registers a child, with the provider that the component was given for its package; resolves when it is made.
   * @throws Error in the engine's words; the run is ended then.
   */
  child(child: Child): Promise<Registered>;
  /** Tells the user something about the component. */
  warn(message: string): Promise<void>;
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
    return { urn: response.getUrn(), id: response.getId() };
  };
  try {
    const { urn } = await register(componentMessage(request));
    const building: Building = {
      child: (child) => register(childMessage(child, urn, request.options)),
      async warn(text) {
        const message = new LogRequest();
        message.setSeverity(LogSeverity.WARNING);
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
  setOptions(made, options);
  made.setDeletebeforereplacedefined(options.deleteBeforeReplace !== undefined);
  const { customTimeouts } = options;
  if (customTimeouts !== undefined)
    made.setCustomtimeouts(timed(new rpc.RegisterResourceRequest.CustomTimeouts(), customTimeouts));
  made.setHooks(bindingsMessage(options.hooks));
  return made;
}

function childMessage(child: Child, parent: string, { providers }: ConstructOptions): rpc.RegisterResourceRequest {
  const made = message(child.type, child.name, parent);
  made.setCustom(true);
  made.setObject(toStruct(child.inputs));
  made.setDependenciesList([...(child.dependencies ?? [])]);
  // Without a map of its own, each input would depend on all of these.
  const independent = Object.fromEntries(Object.keys(child.inputs).map((input) => [input, []]));
  setByName(made.getPropertydependenciesMap(), independent, rpc.RegisterResourceRequest.PropertyDependencies);
  made.setProvider(providers[packageOf(child.type)] ?? "");
  made.setVersion(child.version ?? "");
  if (child.retainOnDelete === true) made.setRetainondelete(true);
  return made;
}
