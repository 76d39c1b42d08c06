import { existsSync } from "node:fs";
import * as path from "node:path";
import { type ServiceError, status } from "@grpc/grpc-js";
import { InputPropertiesError } from "@pulumi/pulumi/proto/errors_pb";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { UserError } from "../userError";
import { failuresOf } from "./checkFailures";
import type { LogLine } from "./children";
import { callMessage, callResult, constructMessage, constructResult } from "./pluginComponents";
import { type Plugin, startPlugin, unary } from "./plugins";
import { sdkScript } from "./program";
import type { Project } from "./project";
import * as contract from "./provider";
import { revealSecrets } from "./values";
import { emptyMessage, fromStruct, toStruct } from "./wire";

const changes = ["unknown", "none", "some"] as const;
const kinds = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"] as const;

/** Milliseconds in which a plugin whose connection broke is known to have ended. */
const patience = 2000;

/** A plugin's error with the plugin's own words only, what a failed initialisation left behind, and which inputs are at fault. */
function plain(error: unknown): Error {
  const { details, message, metadata } = error as ServiceError;
  for (const packed of metadata?.get("grpc-status-details-bin") ?? []) {
    for (const any of Status.deserializeBinary(packed as Buffer).getDetailsList()) {
      const left = any.unpack(rpc.ErrorResourceInitFailed.deserializeBinary, "pulumirpc.ErrorResourceInitFailed");
      const refused = any.unpack(InputPropertiesError.deserializeBinary, "pulumirpc.InputPropertiesError");
      if (refused !== null) {
        const problems = refused.getErrorsList();
        return new contract.InvalidInputs(
          details,
          problems.map((each) => ({ property: each.getPropertyPath(), reason: each.getReason() })),
        );
      }
      if (left === null) continue;
      return new contract.PartialFailure(
        details,
        left.getId(),
        fromStruct(left.getProperties()),
        left.getReasonsList(),
      );
    }
  }
  return new Error(details || message);
}

function identify(
  message: { setUrn(v: string): unknown; setType(v: string): unknown; setName(v: string): unknown },
  of: contract.ResourceIdentity,
): void {
  message.setUrn(of.urn);
  message.setType(of.type);
  message.setName(of.name);
}

function checkRequest(request: contract.CheckRequest): rpc.CheckRequest {
  const message = new rpc.CheckRequest();
  identify(message, request);
  message.setOlds(toStruct(request.olds));
  message.setNews(toStruct(request.news));
  message.setRandomseed(request.randomSeed);
  return message;
}

function checkResult(response: rpc.CheckResponse): contract.CheckResult {
  return { inputs: fromStruct(response.getInputs()), failures: failuresOf(response) };
}

function diffRequest(request: contract.DiffRequest): rpc.DiffRequest {
  const message = new rpc.DiffRequest();
  identify(message, request);
  message.setId(request.id);
  message.setOldInputs(toStruct(request.oldInputs));
  message.setOlds(toStruct(request.oldOutputs));
  message.setNews(toStruct(request.news));
  message.setIgnorechangesList(request.ignoreChanges);
  return message;
}

function diffResult(response: rpc.DiffResponse): contract.DiffResult {
  const detailed: NonNullable<contract.DiffResult["detailedDiff"]> = {};
  for (const [property, diff] of response.getDetaileddiffMap().entries()) {
    detailed[property] = { kind: kinds[diff.getKind()] ?? "update", inputDiff: diff.getInputdiff() };
  }
  return {
    changes: changes[response.getChanges()] ?? "unknown",
    replaces: response.getReplacesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
    diffs: response.getDiffsList(),
    ...(response.getHasdetaileddiff() ? { detailedDiff: detailed } : {}),
  };
}

/** A provider in a process of its own, spoken to by gRPC. */
class PluginProvider implements contract.Provider {
  private attached: Promise<void> | undefined;

  constructor(private readonly plugin: Plugin<ResourceProviderClient>) {}
  private get client(): ResourceProviderClient {
    return this.plugin.client;
  }

  checkConfig(request: contract.CheckRequest): Promise<contract.CheckResult> {
    const answer = unary(this.client.checkConfig.bind(this.client), checkRequest(request));
    return this.optional(answer.then(checkResult), { inputs: request.news, failures: [] });
  }
  diffConfig(request: contract.DiffRequest): Promise<contract.DiffResult> {
    const answer = unary(this.client.diffConfig.bind(this.client), diffRequest(request));
    return this.optional(answer.then(diffResult), {
      changes: "unknown",
      replaces: [],
      deleteBeforeReplace: false,
      diffs: [],
    });
  }
  async configure(request: contract.ConfigureRequest): Promise<contract.ConfigureResult> {
    const message = new rpc.ConfigureRequest();
    const { version: _, ...given } = request.inputs;
    for (const [name, value] of Object.entries(revealSecrets(given))) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      message.getVariablesMap().set(`${request.urn.split(":providers:")[1]?.split("::")[0]}:config:${name}`, text);
    }
    message.setArgs(toStruct(request.inputs));
    message.setAcceptsecrets(true);
    message.setAcceptresources(true);
    message.setSendsOldInputs(true);
    message.setSendsOldInputsToDelete(true);
    const response = await this.answer(unary(this.client.configure.bind(this.client), message));
    return {
      acceptSecrets: response.getAcceptsecrets(),
      supportsPreview: response.getSupportspreview(),
      acceptResources: response.getAcceptresources(),
      acceptOutputs: response.getAcceptoutputs(),
    };
  }
  async check(request: contract.CheckRequest): Promise<contract.CheckResult> {
    return checkResult(await this.answer(unary(this.client.check.bind(this.client), checkRequest(request))));
  }
  async diff(request: contract.DiffRequest): Promise<contract.DiffResult> {
    return diffResult(await this.answer(unary(this.client.diff.bind(this.client), diffRequest(request))));
  }
  async create(request: contract.CreateRequest): Promise<contract.CreateResult> {
    const message = new rpc.CreateRequest();
    identify(message, request);
    message.setProperties(toStruct(request.inputs));
    message.setPreview(request.preview);
    message.setTimeout(request.timeoutSeconds);
    const response = await this.answer(unary(this.client.create.bind(this.client), message));
    return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
  }
  async read(request: contract.ReadRequest): Promise<contract.ReadResult> {
    const message = new rpc.ReadRequest();
    identify(message, request);
    message.setId(request.id);
    message.setProperties(toStruct(request.outputs));
    message.setInputs(toStruct(request.inputs));
    message.setTimeout(request.timeoutSeconds);
    const response = await this.answer(unary(this.client.read.bind(this.client), message));
    return {
      id: response.getId(),
      ...(response.hasInputs() && { inputs: fromStruct(response.getInputs()) }),
      outputs: fromStruct(response.getProperties()),
    };
  }
  async update(request: contract.UpdateRequest): Promise<contract.UpdateResult> {
    const message = new rpc.UpdateRequest();
    identify(message, request);
    message.setId(request.id);
    message.setOldInputs(toStruct(request.oldInputs));
    message.setOlds(toStruct(request.oldOutputs));
    message.setNews(toStruct(request.news));
    message.setIgnorechangesList(request.ignoreChanges);
    message.setPreview(request.preview);
    message.setTimeout(request.timeoutSeconds);
    return {
      outputs: fromStruct((await this.answer(unary(this.client.update.bind(this.client), message))).getProperties()),
    };
  }
  async delete(request: contract.DeleteRequest): Promise<void> {
    const message = new rpc.DeleteRequest();
    identify(message, request);
    message.setId(request.id);
    message.setProperties(toStruct(request.outputs));
    message.setOldInputs(toStruct(request.inputs));
    message.setTimeout(request.timeoutSeconds);
    await this.answer(unary(this.client.delete.bind(this.client), message));
  }
  async invoke(request: contract.InvokeRequest): Promise<contract.InvokeResult> {
    const message = new rpc.InvokeRequest();
    message.setTok(request.token);
    message.setArgs(toStruct(request.args));
    message.setPreview(request.preview);
    const response = await this.answer(unary(this.client.invoke.bind(this.client), message));
    return { result: fromStruct(response.getReturn()), failures: failuresOf(response) };
  }
  async construct(request: contract.ConstructRequest): Promise<contract.ConstructResult> {
    const message = constructMessage(request);
    return constructResult(await this.talking(request, () => unary(this.client.construct.bind(this.client), message)));
  }
  async call(request: contract.CallRequest): Promise<contract.CallResult> {
    const message = callMessage(request);
    return callResult(await this.talking(request, () => unary(this.client.call.bind(this.client), message)));
  }

  /** A call in which the plugin speaks to the engine itself. */
  private async talking<T>(run: contract.RunInfo, ask: () => Promise<T>): Promise<T> {
    this.attached ??= this.attach(run.engineAddress);
    await this.attached;
    return this.answer(ask());
  }

  /** An answer, with errors made plain: when the plugin ends meanwhile, the error says so. */
  private async answer<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      throw await this.problemOf(error);
    }
  }

  /** The same of a method that a plugin need not have: then it counts as one without an opinion. */
  private async optional<T>(asked: Promise<T>, without: T): Promise<T> {
    try {
      return await asked;
    } catch (error) {
      if ((error as ServiceError).code === status.UNIMPLEMENTED) return without;
      throw await this.problemOf(error);
    }
  }

  private async problemOf(error: unknown): Promise<Error> {
    const ended = (error as ServiceError).code === status.UNAVAILABLE ? await this.plugin.ended(patience) : undefined;
    return ended === undefined ? plain(error) : new Error(ended);
  }

  /** Tells the plugin where the engine of this run is: when it was started, there was none yet. */
  private async attach(address: string): Promise<void> {
    const message = new PluginAttach();
    message.setAddress(address);
    await this.optional(unary(this.client.attach.bind(this.client), message), undefined);
  }

  async close(): Promise<void> {
    await unary(this.client.cancel.bind(this.client), emptyMessage()).catch(() => undefined);
    await this.plugin.close();
  }
}

/**
 * The providers that a project names by folder (`plugins.providers[].path` and `packages` of Pulumi.yaml), each in its own
 * process. As with the real engine, it runs in the program's folder, where the relative paths of assets start.
 */
export function pluginFolders(
  { plugins, pwd }: Pick<Project, "plugins" | "pwd">,
  onLine: (line: LogLine) => void,
): contract.ProviderSource {
  return {
    async open(pkg, version, _report, environment) {
      const folder = plugins.find(
        (each) => each.name === pkg && (version === "" || each.version === "" || each.version === version),
      );
      if (folder === undefined) return undefined;
      if (!existsSync(path.join(folder.path, "PulumiPlugin.yaml"))) {
        throw new UserError(
          `cannot rehearse: the plugin ${pkg} in ${folder.path}: there is no PulumiPlugin.yaml, and only nodejs plugins run here`,
        );
      }
      const plugin = await startPlugin(`the plugin ${pkg} in ${folder.path}`, ResourceProviderClient, {
        script: sdkScript("run-plugin", folder.path),
        args: [folder.path, "127.0.0.1:0"],
        cwd: pwd,
        env: { ...environment, PULUMI_NODEJS_TYPESCRIPT: "true" },
        onLine,
      });
      return new PluginProvider(plugin);
    },
    fidelity: () => undefined,
  };
}
