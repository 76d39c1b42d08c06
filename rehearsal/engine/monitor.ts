import { Server, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { type CallResponse, InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { UserError } from "../userError";
import { failuresList } from "./checkFailures";
import { versionRangeProblem } from "./cliVersion";
import { InvalidArgument, type Severity } from "./context";
import { deniedProvider } from "./generator";
import type { Hooks } from "./hooks";
import { setByName } from "./messages";
import type { Properties } from "./provider";
import type { Request } from "./registrations";
import { callMethod, construct, type RemoteBackend } from "./remote";
import type { Goal, ReadGoal, ResourceState } from "./state";
import type { Transforms } from "./transforms";
import { packageOf, typeProblem } from "./urns";
import { lowerReferences, revealSecrets } from "./values";
import { channelOptions, emptyMessage, fromStruct, listen, toStruct } from "./wire";

/** What the monitor asks of the run. */
export interface MonitorBackend extends RemoteBackend {
  readonly preview: boolean;
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly transforms: Transforms;
  readonly hooks: Hooks;
  register(goal: Goal): Promise<ResourceState>;
  read(request: ReadGoal): Promise<ResourceState>;
  registerOutputs(urn: string, outputs: Properties): Promise<void>;
  log(severity: Severity, urn: string, message: string, ephemeral: boolean): void;
  /** The program registers nothing more; resolves when every step is done. */
  programFinished(): Promise<void>;
  /** The run cannot go on, for a reason that was not reported yet. */
  abort(error: Error): void;
}

/** The run was stopped: the SDK then ends the program without an error of its own. */
export class Stopped extends Error {
  constructor() {
    super("resource monitor shut down");
    this.name = "Stopped";
  }
}

const features = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "replacementTrigger",
  "deletedWith",
  "replaceWith",
  "transforms",
  "invokeTransforms",
  "resourceHooks",
  "errorHooks",
  "sendsOptionsToHooks",
  // Claimed, so that its use is refused here by name and not by the SDK as the fault of an old CLI.
  "parameterization",
]);

const severities: Severity[] = ["debug", "info", "warning", "error"];

type Reply = sendUnaryData<unknown>;

/** The gRPC services that the program speaks to: the resource monitor and the engine. */
export class Monitor {
  private readonly server = new Server(channelOptions);
  private readonly pending = new Set<Reply>();
  private stopped = false;
  private rootResource = "";

  constructor(private readonly run: MonitorBackend) {}

  /** Starts to serve; gives the address. */
  async start(): Promise<string> {
    const answer = <Request>(work: (request: Request) => Promise<unknown>) => this.handler(work);
    this.server.addService(ResourceMonitorService, {
      supportsFeature: answer(this.supportsFeature),
      getDeploymentInfo: answer(this.deploymentInfo),
      invoke: answer(this.invoke),
      call: answer(this.call),
      readResource: answer(this.readResource),
      registerResource: answer(this.registerResource),
      registerResourceOutputs: answer(this.registerResourceOutputs),
      registerStackTransform: answer(async (callback: Callback) =>
        this.addTransform(this.run.transforms.stack, callback),
      ),
      registerStackInvokeTransform: answer(async (callback: Callback) =>
        this.addTransform(this.run.transforms.invokes, callback),
      ),
      registerResourceHook: answer(this.registerHook),
      registerErrorHook: answer(this.registerHook),
      registerPackage: answer(this.refusal("parameterized packages")),
      signalAndWaitForShutdown: answer(async () => {
        await this.run.programFinished();
        return emptyMessage();
      }),
    });
    this.server.addService(EngineService, {
      log: answer(this.log),
      getRootResource: answer(this.getRootResource),
      setRootResource: answer(this.setRootResource),
      startDebugging: answer(this.refusal("debugging")),
      requirePulumiVersion: answer(async (request: engine.RequirePulumiVersionRequest) => {
        const problem = versionRangeProblem(request.getPulumiVersionRange());
        if (problem !== undefined) throw new Error(problem);
        return new engine.RequirePulumiVersionResponse();
      }),
    });
    return `127.0.0.1:${await listen(this.server)}`;
  }

  /** Answers everything that waits, and everything that comes, as a monitor that is gone. */
  stop(): void {
    this.stopped = true;
    for (const reply of [...this.pending]) reply({ code: status.UNAVAILABLE, details: new Stopped().message });
  }

  close(): void {
    this.server.forceShutdown();
  }

  private handler<Request>(work: (request: Request) => Promise<unknown>) {
    return (call: ServerUnaryCall<Request, unknown>, callback: Reply): void => {
      const reply: Reply = (error, value) => {
        if (this.pending.delete(reply)) callback(error, value);
      };
      this.pending.add(reply);
      if (this.stopped && work !== (this.log as unknown)) {
        reply({ code: status.UNAVAILABLE, details: new Stopped().message });
        return;
      }
      work.call(this, call.request).then(
        (value) => reply(null, value),
        (error: Error) => {
          // What cannot be rehearsed ends the run, whatever the program makes of the error.
          if (error instanceof UserError) this.run.abort(error);
          const gone = this.stopped || error instanceof Stopped;
          const code = error instanceof InvalidArgument ? status.INVALID_ARGUMENT : status.UNKNOWN;
          reply({ code: gone ? status.UNAVAILABLE : code, details: error.message });
        },
      );
    };
  }

  private refusal(what: string) {
    return async (): Promise<never> => {
      throw new UserError(`cannot rehearse: ${what}`);
    };
  }

  private async supportsFeature(request: rpc.SupportsFeatureRequest): Promise<rpc.SupportsFeatureResponse> {
    const response = new rpc.SupportsFeatureResponse();
    response.setHassupport(features.has(request.getId()));
    return response;
  }

  private async deploymentInfo(): Promise<rpc.DeploymentInfo> {
    const info = new rpc.DeploymentInfo();
    info.setProject(this.run.project);
    info.setStack(this.run.stack);
    info.setOrganization(this.run.organization);
    info.setDryrun(this.run.preview);
    return info;
  }

  private async registerHook(
    request: rpc.RegisterResourceHookRequest | rpc.RegisterErrorHookRequest,
  ): Promise<unknown> {
    this.run.hooks.register(request);
    return emptyMessage();
  }

  private async addTransform(list: Callback[], callback: Callback): Promise<unknown> {
    list.push(callback);
    return emptyMessage();
  }

  private async registerResource(request: rpc.RegisterResourceRequest): Promise<rpc.RegisterResourceResponse> {
    const prepared = await this.run.registrations.prepare(request);
    const { remote } = prepared;
    if (remote !== undefined) return this.construct(request, { ...prepared, remote });
    const state = await this.run.register(prepared.goal);
    this.run.registrations.settled(state.urn, prepared);
    const response = new rpc.RegisterResourceResponse();
    response.setUrn(state.urn);
    response.setId(state.id);
    // A component's outputs are the program's own; old ones may refer to resources that are not registered yet.
    const outputs = prepared.goal.custom ? state.outputs : {};
    response.setObject(toStruct(accepted(outputs, request.getAcceptsecrets(), request.getAcceptresources())));
    response.setResult(rpc.Result.SUCCESS);
    return response;
  }

  private async construct(
    request: rpc.RegisterResourceRequest,
    prepared: Required<Request>,
  ): Promise<rpc.RegisterResourceResponse> {
    const made = await construct(prepared.remote, this.run);
    this.run.registrations.settled(made.urn, prepared);
    const response = new rpc.RegisterResourceResponse();
    response.setUrn(made.urn);
    response.setObject(toStruct(accepted(made.outputs, request.getAcceptsecrets(), request.getAcceptresources())));
    setByName(
      response.getPropertydependenciesMap(),
      made.dependencies,
      rpc.RegisterResourceResponse.PropertyDependencies,
    );
    response.setResult(rpc.Result.SUCCESS);
    return response;
  }

  private async registerResourceOutputs(request: rpc.RegisterResourceOutputsRequest): Promise<unknown> {
    const outputs = fromStruct(request.getOutputs());
    const { registrations } = this.run;
    const hashed = await registrations.hashed(outputs, "cannot unmarshal output properties");
    await this.run.registerOutputs(request.getUrn(), hashed);
    return emptyMessage();
  }

  private async readResource(request: rpc.ReadResourceRequest): Promise<rpc.ReadResourceResponse> {
    const type = request.getType();
    const problem = typeProblem(type);
    if (problem !== undefined) throw new InvalidArgument(problem);
    if (request.getPackageref() !== "") await this.refusal("parameterized packages")();
    const provider =
      request.getProvider() ||
      (await this.run.defaults.reference(packageOf(type), request.getVersion(), request.getPlugindownloadurl()));
    if (provider.startsWith(deniedProvider))
      throw new Error(`Default provider for '${type}' disabled. '${type}' must use an explicit provider.`);
    const state = await this.run.read({
      type,
      provider,
      name: request.getName(),
      parent: request.getParent(),
      id: request.getId(),
      inputs: fromStruct(request.getProperties()),
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
    const response = new rpc.ReadResourceResponse();
    response.setUrn(state.urn);
    response.setProperties(toStruct(accepted(state.outputs, request.getAcceptsecrets(), request.getAcceptresources())));
    return response;
  }

  private async invoke(request: rpc.ResourceInvokeRequest): Promise<InvokeResponse> {
    const options = new rpc.TransformInvokeOptions();
    options.setProvider(request.getProvider());
    options.setVersion(request.getVersion());
    options.setPluginDownloadUrl(request.getPlugindownloadurl());
    const invoke = { token: request.getTok(), args: fromStruct(request.getArgs()), options };
    if (request.getPackageref() !== "") await this.refusal("parameterized packages")();
    await this.run.transforms.applyToInvoke(invoke);
    const pkg = packageOf(invoke.token);
    const { options: chosen } = invoke;
    const reference =
      chosen.getProvider() ||
      (await this.run.defaults.reference(pkg, chosen.getVersion(), chosen.getPluginDownloadUrl()));
    if (reference.startsWith(deniedProvider)) {
      throw new Error(
        `Invoke: Default provider for '${pkg}' disabled. '${invoke.token}' must use an explicit provider.`,
      );
    }
    const instance = this.run.instance(reference);
    if (instance === undefined) throw new Error(`Invoke: unknown provider '${reference}'`);
    const result = await instance
      .invoke({ token: invoke.token, args: invoke.args, preview: this.run.preview })
      .catch((error: Error) => {
        if (error instanceof UserError) throw error;
        throw new Error(`invocation of ${invoke.token} returned an error: ${error.message}`);
      });
    const response = new InvokeResponse();
    const keepReferences = request.getAcceptresources() || invoke.token === "pulumi:pulumi:getResource";
    response.setReturn(toStruct(accepted(result.result, true, keepReferences)));
    response.setFailuresList(failuresList(result.failures));
    return response;
  }

  private call(request: rpc.ResourceCallRequest): Promise<CallResponse> {
    return callMethod(request, this.run);
  }

  private async log(request: engine.LogRequest): Promise<unknown> {
    const severity = severities[request.getSeverity()] ?? "info";
    this.run.log(severity, request.getUrn(), request.getMessage(), request.getEphemeral());
    return emptyMessage();
  }

  private async getRootResource(): Promise<engine.GetRootResourceResponse> {
    const response = new engine.GetRootResourceResponse();
    response.setUrn(this.rootResource);
    return response;
  }

  private async setRootResource(request: engine.SetRootResourceRequest): Promise<engine.SetRootResourceResponse> {
    this.rootResource = request.getUrn();
    return new engine.SetRootResourceResponse();
  }
}

function accepted(outputs: Properties, secrets: boolean, references: boolean): Properties {
  const open = secrets ? outputs : revealSecrets(outputs);
  return references ? open : lowerReferences(open);
}
