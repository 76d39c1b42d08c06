import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import {
  GetRootResourceResponse,
  type SetRootResourceRequest,
  SetRootResourceResponse,
} from "@pulumi/pulumi/proto/engine_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { channelOptions, emptyMessage } from "../../rehearsal/engine/wire";

/**
 * A monitor that merely echoes: every resource gets a URN, an id and its inputs as outputs. What a program takes against
 * it is the program's own time and the protocol's, below which no engine can go.
 */
export async function startEchoMonitor(): Promise<{ address: string; resources(): number; close(): void }> {
  const server = new Server(channelOptions);
  let count = 0;
  let root = "";
  const answer =
    <Request, Response>(work: (request: Request) => Response) =>
    (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void =>
      callback(null, work(call.request));
  const empty = answer(() => emptyMessage());
  server.addService(ResourceMonitorService, {
    supportsFeature: answer((request: rpc.SupportsFeatureRequest) => {
      const response = new rpc.SupportsFeatureResponse();
      response.setHassupport(request.getId() !== "");
      return response;
    }),
    getDeploymentInfo: answer(() => new rpc.DeploymentInfo()),
    invoke: answer((request: rpc.ResourceInvokeRequest) => {
      const response = new InvokeResponse();
      response.setReturn(request.getArgs());
      return response;
    }),
    call: empty,
    readResource: empty,
    registerResource: answer((request: rpc.RegisterResourceRequest) => {
      count++;
      const response = new rpc.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:echo::echo::${request.getType()}::${request.getName()}`);
      if (request.getCustom()) response.setId(`id-${request.getName()}`);
      response.setObject(request.getObject());
      return response;
    }),
    registerResourceOutputs: empty,
    registerStackTransform: empty,
    registerStackInvokeTransform: empty,
    registerResourceHook: empty,
    registerErrorHook: empty,
    registerPackage: empty,
    signalAndWaitForShutdown: empty,
  });
  server.addService(EngineService, {
    log: empty,
    getRootResource: answer(() => {
      const response = new GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: answer((request: SetRootResourceRequest) => {
      root = request.getUrn();
      return new SetRootResourceResponse();
    }),
    startDebugging: empty,
    requirePulumiVersion: empty,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, resources: () => count, close: () => server.forceShutdown() };
}
