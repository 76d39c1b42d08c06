import { CallResponse } from "@pulumi/pulumi/proto/provider_pb";
import type * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { UserError } from "../userError";
import { failuresList, problemMessage } from "./checkFailures";
import type { DefaultProviders } from "./defaultProviders";
import { deniedProvider } from "./generator";
import { byName, setByName } from "./messages";
import type { Properties, RunInfo } from "./provider";
import type { Instance } from "./providers";
import type { Registrations, Remote } from "./registrations";
import { isProviderType, packageOf } from "./urns";
import { isData, lowerOutputs, outputDependencies } from "./values";
import { fromStruct, toStruct } from "./wire";

/** What is asked of the run for components and methods of providers. */
export interface RemoteBackend {
  readonly registrations: Registrations;
  readonly defaults: DefaultProviders;
  /** What providers are told of the run. */
  info(): RunInfo;
  instance(reference: string): Instance | undefined;
  /** Masks from now on the secrets that the program gave a provider, and those that came of it. */
  learn(inputs: Properties, outputs: Properties): void;
  /** Reports an error of no resource and ends the run; gives the error with which whoever waits is answered. */
  failed(message: string): Error;
}

/** A component as its provider made it. */
export interface Constructed {
  urn: string;
  outputs: Properties;
  dependencies: { [output: string]: string[] };
}

/**
 * Has a component made by its provider, which registers it and its children with the monitor like a program.
 * @throws Error that ended the run, or UserError for a provider that makes none.
 */
export async function construct(remote: Remote, run: RemoteBackend): Promise<Constructed> {
  const { provider, ...asked } = remote;
  const { type, name } = asked;
  const instance = instanceOf(provider, run, {
    denied: `Default provider for '${packageOf(type)}' disabled. '${type}' must use an explicit provider.`,
    unknown: `unknown provider '${provider}'`,
  });
  if (!instance.constructs) throw new UserError(`cannot rehearse: the remote component ${type} '${name}'`);
  const inputs = lowerOutputs(asked.inputs);
  run.learn(inputs, {});
  const made = await instance.construct({ ...run.info(), ...asked }).catch((error: Error) => {
    if (error instanceof UserError) throw error;
    throw run.failed(`${type} resource '${name}' has a problem: ${problemMessage(error, inputs)}`);
  });
  const { outputs, dependencies } = settled(made.state, made.stateDependencies);
  run.learn(inputs, outputs);
  return { urn: made.urn, outputs, dependencies };
}

/**
 * Has a method called by the provider of its resource.
 * @throws Error that ended the run, or UserError for a provider without methods.
 */
export async function callMethod(request: rpc.ResourceCallRequest, run: RemoteBackend): Promise<CallResponse> {
  const token = request.getTok();
  if (request.getPackageref() !== "") throw new UserError("cannot rehearse: parameterized packages");
  const args = fromStruct(request.getArgs());
  const reference =
    receiverOf(request, args, run) ||
    (await run.defaults.reference(packageOf(token), request.getVersion(), request.getPlugindownloadurl()));
  const instance = instanceOf(reference, run, {
    denied: `Call: Default provider for '${packageOf(token)}' disabled. '${token}' must use an explicit provider.`,
    unknown: `Call: unknown provider '${reference}'`,
  });
  if (!instance.calls) throw new UserError(`cannot rehearse: the method ${token}`);
  const plainArgs = lowerOutputs(args);
  run.learn(plainArgs, {});
  const argDependencies = withOutputs(byName(request.getArgdependenciesMap()), args);
  const answer = await instance.call({ ...run.info(), token, args, argDependencies }).catch((error: Error) => {
    if (error instanceof UserError) throw error;
    throw run.failed(`call to function '${token}' failed: ${problemMessage(error, plainArgs)}`);
  });
  const { outputs, dependencies } = settled(answer.result, answer.resultDependencies);
  run.learn(plainArgs, outputs);
  const response = new CallResponse();
  response.setReturn(toStruct(outputs));
  setByName(response.getReturndependenciesMap(), dependencies, CallResponse.ReturnDependencies);
  response.setFailuresList(failuresList(answer.failures));
  return response;
}

function instanceOf(reference: string, run: RemoteBackend, words: { denied: string; unknown: string }): Instance {
  if (reference.startsWith(deniedProvider)) throw new Error(words.denied);
  const instance = run.instance(reference);
  if (instance === undefined) throw new Error(words.unknown);
  return instance;
}

/** The provider that a method's request or its resource names; empty for the default one of the package. */
function receiverOf(request: rpc.ResourceCallRequest, args: Properties, run: RemoteBackend): string {
  const self = isData(args.__self__) ? args.__self__ : undefined;
  // A provider's own methods are its own business: `pulumi:providers:<package>/<method>`.
  if (isProviderType(request.getTok())) {
    if (self === undefined) throw new Error("missing __self__ argument for provider method call");
    return `${String(self.urn)}::${String(self.id)}`;
  }
  if (request.getProvider() !== "") return request.getProvider();
  if (self === undefined) return "";
  const known = run.registrations.providerOf(String(self.urn));
  if (known === undefined) throw new Error(`unknown resource ${String(self.urn)}`);
  return known;
}

/** Properties in the form that every program understands, and the URNs that each depends on. */
function settled(given: Properties, known: Constructed["dependencies"]): Omit<Constructed, "urn"> {
  return { outputs: lowerOutputs(given), dependencies: withOutputs(known, given) };
}

/** With what outputs among the properties say themselves. */
function withOutputs(known: Constructed["dependencies"], properties: Properties): Constructed["dependencies"] {
  const all: Constructed["dependencies"] = { ...known };
  for (const name in properties)
    all[name] = [...new Set([...(known[name] ?? []), ...outputDependencies(properties[name])])];
  return all;
}
