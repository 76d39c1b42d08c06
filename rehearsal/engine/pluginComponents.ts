import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { failuresOf } from "./checkFailures";
import { bindingsMessage, byName, setByName, setOptions, timed } from "./messages";
import type * as contract from "./provider";
import { fromStruct, toStruct } from "./wire";

/** A component that a plugin is asked for, as its protocol has it. */
export function constructMessage(request: contract.ConstructRequest): rpc.ConstructRequest {
  const { options } = request;
  const message = new rpc.ConstructRequest();
  describeRun(message, request);
  message.setType(request.type);
  message.setName(request.name);
  message.setParent(request.parent);
  message.setInputs(toStruct(request.inputs));
  setByName(message.getInputdependenciesMap(), request.inputDependencies, rpc.ConstructRequest.PropertyDependencies);
  message.setAcceptsOutputValues(true);
  setOptions(message, options);
  const { customTimeouts } = options;
  if (customTimeouts !== undefined)
    message.setCustomtimeouts(timed(new rpc.ConstructRequest.CustomTimeouts(), customTimeouts));
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
  setByName(message.getArgdependenciesMap(), request.argDependencies, rpc.CallRequest.ArgumentDependencies);
  message.setAcceptsOutputValues(true);
  return message;
}

export function callResult(response: rpc.CallResponse): contract.CallResult {
  const failures = failuresOf(response);
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
