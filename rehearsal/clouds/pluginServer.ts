import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import * as plugin from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { failuresList } from "../engine/checkFailures";
import type * as contract from "../engine/provider";
import { channelOptions, emptyMessage, fromStruct, listen, sdkGrpc, toStruct } from "../engine/wire";
import type { PluginServer } from "./plugin";
import { constructRequest, constructResponse, type ServedPlugin } from "./pluginConstruct";

const KINDS = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"] as const;
const CHANGES = ["unknown", "none", "some"] as const;

/**
 * Serves a provider as `pulumirpc.ResourceProvider`. Handshake, Parameterize, Call and, where it makes no components,
 * Construct are not there, which a CLI takes as a method that this plugin does not have.
 */
export async function servePlugin(provider: contract.Provider, about: ServedPlugin): Promise<PluginServer> {
  const { Server } = sdkGrpc();
  const server = new Server(channelOptions);
  const construct = provider.construct?.bind(provider);
  server.addService(ResourceProviderService, {
    ...methods(provider, about),
    ...(construct && {
      construct: unary(async (request: rpc.ConstructRequest) =>
        constructResponse(await construct(constructRequest(request, about))),
      ),
    }),
  });
  const port = await listen(server);
  return {
    port,
    close: async () => {
      server.forceShutdown();
      await provider.close();
    },
  };
}

/** A method that fails with the provider's own words, and no stack. */
function unary<Request, Response>(answer: (request: Request) => Promise<Response> | Response) {
  return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    Promise.resolve(call.request)
      .then(answer)
      .then(
        (response) => done(null, response),
        (error: Error) => done({ code: sdkGrpc().status.UNKNOWN, details: error.message }),
      );
  };
}

function methods(provider: contract.Provider, { name, version }: ServedPlugin): UntypedServiceImplementation {
  return {
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new rpc.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name, version }));
      return response;
    }),
    checkConfig: unary(async (request: rpc.CheckRequest) => checked(await provider.checkConfig(checkRequest(request)))),
    diffConfig: unary(async (request: rpc.DiffRequest) => diffed(await provider.diffConfig(diffRequest(request)))),
    configure: unary(async (request: rpc.ConfigureRequest) => {
      const inputs = request.hasArgs() ? fromStruct(request.getArgs()) : variables(request);
      const can = await provider.configure({ urn: request.getUrn() ?? "", name: request.getName() ?? "", inputs });
      const response = new rpc.ConfigureResponse();
      response.setAcceptsecrets(can.acceptSecrets);
      response.setSupportspreview(can.supportsPreview);
      response.setAcceptresources(can.acceptResources);
      response.setAcceptoutputs(can.acceptOutputs);
      return response;
    }),
    check: unary(async (request: rpc.CheckRequest) => checked(await provider.check(checkRequest(request)))),
    diff: unary(async (request: rpc.DiffRequest) => diffed(await provider.diff(diffRequest(request)))),
    ...lifecycle(provider),
    invoke: unary(async (request: rpc.InvokeRequest) => {
      const preview = request.getPreview?.() ?? false;
      const { result, failures } = await provider.invoke({
        token: request.getTok(),
        args: fromStruct(request.getArgs()),
        preview,
      });
      const response = new rpc.InvokeResponse();
      response.setReturn(toStruct(result));
      response.setFailuresList(failuresList(failures));
      return response;
    }),
    cancel: unary(emptyMessage),
    attach: unary(emptyMessage),
  };
}

function lifecycle(provider: contract.Provider): UntypedServiceImplementation {
  return {
    create: unary(async (request: rpc.CreateRequest) => {
      const inputs = fromStruct(request.getProperties());
      const made = await provider.create({
        ...identity(request),
        inputs,
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new rpc.CreateResponse();
      response.setId(made.id);
      response.setProperties(toStruct(made.outputs));
      return response;
    }),
    read: unary(async (request: rpc.ReadRequest) => {
      const [inputs, outputs] = [fromStruct(request.getInputs()), fromStruct(request.getProperties())];
      const found = await provider.read({
        ...identity(request),
        id: request.getId(),
        inputs,
        outputs,
        timeoutSeconds: request.getTimeout(),
      });
      const response = new rpc.ReadResponse();
      response.setId(found.id);
      response.setProperties(toStruct(found.outputs));
      if (found.inputs !== undefined) response.setInputs(toStruct(found.inputs));
      return response;
    }),
    update: unary(async (request: rpc.UpdateRequest) => {
      const { outputs } = await provider.update({
        ...identity(request),
        id: request.getId(),
        oldInputs: fromStruct(request.getOldInputs()),
        oldOutputs: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        ignoreChanges: request.getIgnorechangesList(),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new rpc.UpdateResponse();
      response.setProperties(toStruct(outputs));
      return response;
    }),
    delete: unary(async (request: rpc.DeleteRequest) => {
      const [inputs, outputs] = [fromStruct(request.getOldInputs()), fromStruct(request.getProperties())];
      await provider.delete({
        ...identity(request),
        id: request.getId(),
        inputs,
        outputs,
        timeoutSeconds: request.getTimeout(),
      });
      return emptyMessage();
    }),
  };
}

/** Type and name, which older CLIs leave to the URN. */
function identity(request: { getUrn(): string; getType(): string; getName(): string }): contract.ResourceIdentity {
  const urn = request.getUrn();
  const [, , types = "", ...names] = urn.split("::");
  return {
    urn,
    type: request.getType() || (types.split("$").at(-1) ?? ""),
    name: request.getName() || names.join("::"),
  };
}

function checkRequest(request: rpc.CheckRequest): contract.CheckRequest {
  const seed = Buffer.from(request.getRandomseed_asU8()).toString("base64");
  return {
    ...identity(request),
    olds: fromStruct(request.getOlds()),
    news: fromStruct(request.getNews()),
    randomSeed: seed,
  };
}

function diffRequest(request: rpc.DiffRequest): contract.DiffRequest {
  const [oldInputs, oldOutputs] = [fromStruct(request.getOldInputs()), fromStruct(request.getOlds())];
  const news = fromStruct(request.getNews());
  return {
    ...identity(request),
    id: request.getId(),
    oldInputs,
    oldOutputs,
    news,
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function checked({ inputs, failures }: contract.CheckResult): rpc.CheckResponse {
  const response = new rpc.CheckResponse();
  response.setInputs(toStruct(inputs));
  response.setFailuresList(failuresList(failures));
  return response;
}

function diffed(diff: contract.DiffResult): rpc.DiffResponse {
  const response = new rpc.DiffResponse();
  response.setChanges(CHANGES.indexOf(diff.changes) as rpc.DiffResponse.DiffChanges);
  response.setReplacesList(diff.replaces);
  response.setDeletebeforereplace(diff.deleteBeforeReplace);
  response.setDiffsList(diff.diffs);
  response.setHasdetaileddiff(diff.detailedDiff !== undefined);
  for (const [path, { kind, inputDiff }] of Object.entries(diff.detailedDiff ?? {})) {
    const property = new rpc.PropertyDiff();
    property.setKind(KINDS.indexOf(kind) as rpc.PropertyDiff.Kind);
    property.setInputdiff(inputDiff);
    response.getDetaileddiffMap().set(path, property);
  }
  return response;
}

/** Configuration as old CLIs send it: texts under `<package>:config:<name>`. */
function variables(request: rpc.ConfigureRequest): contract.Properties {
  return Object.fromEntries(
    [...request.getVariablesMap().toObject(true)].map(([key, value]) => [key.split(":").at(-1)!, value]),
  );
}
