import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { aliasOf, byName, durations, hookBindings, setByName } from "../engine/messages";
import type * as contract from "../engine/provider";
import { lowerOutputs } from "../engine/values";
import { fromStruct, toStruct } from "../engine/wire";

/** What a served plugin is, and where. */
export interface ServedPlugin {
  /** Of the package. */
  readonly name: string;
  readonly version: string;
  /** Address of the engine, which takes messages. */
  readonly engine: string;
  /** The program's own, in which a plugin runs. */
  readonly folder: string;
}

/** A component that a CLI asks for. */
export function constructRequest(
  request: rpc.ConstructRequest,
  { engine, folder }: Pick<ServedPlugin, "engine" | "folder">,
): contract.ConstructRequest {
  return {
    project: request.getProject(),
    stack: request.getStack(),
    organization: request.getOrganization(),
    config: Object.fromEntries(request.getConfigMap().entries()),
    configSecretKeys: request.getConfigsecretkeysList(),
    dryRun: request.getDryrun(),
    parallel: request.getParallel(),
    monitorAddress: request.getMonitorendpoint(),
    engineAddress: engine,
    folder,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    // Of plugins that say that they take none, no outputs come; a secret or an unknown may come as one all the same.
    inputs: lowerOutputs(fromStruct(request.getInputs())),
    inputDependencies: byName(request.getInputdependenciesMap()),
    options: optionsOf(request),
  };
}

function optionsOf(request: rpc.ConstructRequest): contract.ConstructOptions {
  const [protect, retainOnDelete] = [request.getProtect(), request.getRetainondelete()];
  const [deleteBeforeReplace, trigger] = [request.getDeletebeforereplace(), request.getReplacementTrigger()];
  const timeouts = request.getCustomtimeouts();
  return {
    aliases: request.getAliasesList().map((alias: AliasMessage) => aliasOf(alias)),
    dependencies: request.getDependenciesList(),
    ...(request.hasProtect() && protect !== undefined ? { protect } : {}),
    providers: Object.fromEntries(request.getProvidersMap().entries()),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    ...(timeouts === undefined ? {} : { customTimeouts: durations(timeouts) }),
    deletedWith: request.getDeletedwith(),
    replaceWith: request.getReplaceWithList(),
    ...(request.hasDeletebeforereplace() && deleteBeforeReplace !== undefined ? { deleteBeforeReplace } : {}),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ...(trigger === undefined ? {} : { replacementTrigger: trigger.toJavaScript() }),
    ...(request.hasRetainondelete() && retainOnDelete !== undefined ? { retainOnDelete } : {}),
    hooks: hookBindings(request.getResourceHooks()),
  };
}

export function constructResponse({ urn, state, stateDependencies }: contract.ConstructResult): rpc.ConstructResponse {
  const response = new rpc.ConstructResponse();
  response.setUrn(urn);
  response.setState(toStruct(state));
  setByName(response.getStatedependenciesMap(), stateDependencies, rpc.ConstructResponse.PropertyDependencies);
  return response;
}
