import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { aliasMessage } from "./construction";
import { bindingsMessage } from "./hookMessages";
import type * as contract from "./provider";
import { fromStruct, toStruct, toValue } from "./wire";

type ByName = { [name: string]: string[] };

/** A component that a plugin is asked for, as its protocol has it. */
export function constructMessage(request: contract.ConstructRequest): rpc.ConstructRequest {
  const { options } = request;
  const message = new rpc.ConstructRequest();
  describeRun(message, request);
  message.setType(request.type);
  message.setName(request.name);
  message.setParent(request.parent);
  message.setInputs(toStruct(request.inputs));
  for (const [name, urns] of Object.entries(request.inputDependencies)) {
    const dependencies = new rpc.ConstructRequest.PropertyDependencies();
    dependencies.setUrnsList(urns);
    message.getInputdependenciesMap().set(name, dependencies);
  }
  message.setAcceptsOutputValues(true);
  message.setAliasesList(options.aliases.map(aliasMessage));
  message.setDependenciesList(options.dependencies);
  if (options.protect !== undefined) message.setProtect(options.protect);
  for (const [pkg, reference] of Object.entries(options.providers)) message.getProvidersMap().set(pkg, reference);
  message.setAdditionalsecretoutputsList(options.additionalSecretOutputs);
  if (options.customTimeouts !== undefined) {
    const timeouts = new rpc.ConstructRequest.CustomTimeouts();
    timeouts.setCreate(options.customTimeouts.create);
    timeouts.setUpdate(options.customTimeouts.update);
    timeouts.setDelete(options.customTimeouts.delete);
    timeouts.setRead(options.customTimeouts.read);
    message.setCustomtimeouts(timeouts);
  }
  message.setDeletedwith(options.deletedWith);
  message.setReplaceWithList(options.replaceWith);
  if (options.deleteBeforeReplace !== undefined) message.setDeletebeforereplace(options.deleteBeforeReplace);
  message.setIgnorechangesList(options.ignoreChanges);
  message.setReplaceonchangesList(options.replaceOnChanges);
  if (options.replacementTrigger !== undefined) message.setReplacementTrigger(toValue(options.replacementTrigger));
  if (options.retainOnDelete !== undefined) message.setRetainondelete(options.retainOnDelete);
  message.setResourceHooks(bindingsMessage(options.hooks, new rpc.ConstructRequest.ResourceHooksBinding()));
  return message;
}

export function constructResult(response: rpc.ConstructResponse): contract.ConstructResult {
  const stateDependencies = byName(response.getStatedependenciesMap());
  return { urn: response.getUrn(), state: fromStruct(response.getState()), stateDependencies };
}

/** A method that a plugin is asked to call, as its protocol has it. */
export function callMessage(request: contract.CallRequest): rpc.CallRequest {
  const message = new rpc.CallRequest();
  describeRun(message, request);
  message.setTok(request.token);
  message.setArgs(toStruct(request.args));
  for (const [name, urns] of Object.entries(request.argDependencies)) {
    const dependencies = new rpc.CallRequest.ArgumentDependencies();
    dependencies.setUrnsList(urns);
    message.getArgdependenciesMap().set(name, dependencies);
  }
  message.setAcceptsOutputValues(true);
  return message;
}

export function callResult(response: rpc.CallResponse): contract.CallResult {
  const failures = response
    .getFailuresList()
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
  const resultDependencies = byName(response.getReturndependenciesMap());
  return { result: fromStruct(response.getReturn()), resultDependencies, failures };
}

function describeRun(message: rpc.ConstructRequest | rpc.CallRequest, run: contract.RunInfo): void {
  message.setProject(run.project);
  message.setStack(run.stack);
  message.setOrganization(run.organization);
  for (const [key, value] of Object.entries(run.config)) message.getConfigMap().set(key, value);
  message.setConfigsecretkeysList(run.configSecretKeys);
  message.setDryrun(run.dryRun);
  message.setParallel(run.parallel);
  message.setMonitorendpoint(run.monitorAddress);
}

/** Lists of URNs by name, of whatever message. */
export function byName(map: { entries(): Iterable<[string, { getUrnsList(): string[] }]> }): ByName {
  return Object.fromEntries([...map.entries()].map(([name, urns]) => [name, urns.getUrnsList()]));
}
