import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { aliasOf, durations, hookBindings } from "./messages";
import type { ConstructOptions, Properties } from "./provider";
import type { Goal } from "./state";

const timeUnits: { [unit: string]: number } = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  "\u00b5s": 1e-6,
  "\u03bcs": 1e-6,
  ns: 1e-9,
};
const amountWithUnit = /(\d+\.?\d*|\.\d+)(ms|us|\u00b5s|\u03bcs|ns|h|m|s)/g;

/** Seconds of a duration as Go reads it, such as `1h30m`, `.5s` or `0`. */
export function parseSeconds(text: string): number {
  if (text === "") return 0;
  const [, sign, rest = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (rest === "0") return 0;
  const parts = [...rest.matchAll(amountWithUnit)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== rest) {
    throw new Error(`unable to parse customTimeout Value ${text}: give a duration such as 90s, 10m or 1h30m`);
  }
  const seconds = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (timeUnits[unit ?? ""] ?? 0), 0);
  return sign === "-" ? -seconds : seconds;
}

/** The options of a request in the form in which transforms change them. */
export function optionsOf(request: rpc.RegisterResourceRequest, provider: string): rpc.TransformResourceOptions {
  const options = new rpc.TransformResourceOptions();
  options.setDependsOnList(request.getDependenciesList());
  const protect = request.getProtect();
  if (request.hasProtect() && protect !== undefined) options.setProtect(protect);
  options.setIgnoreChangesList(request.getIgnorechangesList());
  options.setReplaceOnChangesList(request.getReplaceonchangesList());
  options.setHideDiffList(request.getHidediffsList());
  options.setReplacementTrigger(request.getReplacementTrigger());
  options.setVersion(request.getVersion());
  options.setAliasesList(request.getAliasesList());
  options.setProvider(provider);
  for (const [pkg, reference] of request.getProvidersMap().entries()) options.getProvidersMap().set(pkg, reference);
  options.setCustomTimeouts(request.getCustomtimeouts());
  options.setPluginDownloadUrl(request.getPlugindownloadurl());
  const retain = request.getRetainondelete();
  if (request.hasRetainondelete() && retain !== undefined) options.setRetainOnDelete(retain);
  options.setDeletedWith(request.getDeletedwith());
  options.setReplaceWithList(request.getReplaceWithList());
  if (request.getDeletebeforereplacedefined() || request.getDeletebeforereplace())
    options.setDeleteBeforeReplace(request.getDeletebeforereplace());
  options.setAdditionalSecretOutputsList(request.getAdditionalsecretoutputsList());
  options.setHooks(request.getHooks());
  options.setImport(request.getImportid());
  return options;
}

export function goalOf(
  {
    type,
    name,
    custom,
    parent,
    options,
  }: { type: string; name: string; custom: boolean; parent: string; options: rpc.TransformResourceOptions },
  inputs: Properties,
  dependencies: string[],
  propertyDependencies: Goal["propertyDependencies"],
): Goal {
  const timeouts = options.getCustomTimeouts();
  const [protect, retain, before] = [
    options.getProtect(),
    options.getRetainOnDelete(),
    options.getDeleteBeforeReplace(),
  ];
  return {
    type,
    name,
    custom,
    inputs,
    parent,
    ...(options.hasProtect() && protect !== undefined ? { protect } : {}),
    dependencies,
    propertyDependencies,
    provider: "",
    ...(options.hasDeleteBeforeReplace() && before !== undefined ? { deleteBeforeReplace: before } : {}),
    ignoreChanges: options.getIgnoreChangesList(),
    replaceOnChanges: options.getReplaceOnChangesList(),
    hideDiff: options.getHideDiffList(),
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    aliases: options.getAliasesList().map(aliasOf),
    timeouts: {
      create: parseSeconds(timeouts?.getCreate() ?? ""),
      update: parseSeconds(timeouts?.getUpdate() ?? ""),
      delete: parseSeconds(timeouts?.getDelete() ?? ""),
      read: parseSeconds(timeouts?.getRead() ?? ""),
    },
    ...(options.hasRetainOnDelete() && retain !== undefined ? { retainOnDelete: retain } : {}),
    deletedWith: options.getDeletedWith(),
    replaceWith: options.getReplaceWithList(),
    resourceHooks: hookBindings(options.getHooks()),
    importID: options.getImport(),
  };
}

/** The options of a component that a provider makes, as that provider is told them. */
export function constructOptions(
  goal: Goal,
  options: rpc.TransformResourceOptions,
  providers: ReadonlyMap<string, string>,
): ConstructOptions {
  const { aliases, dependencies, protect, deletedWith, deleteBeforeReplace, ignoreChanges, retainOnDelete } = goal;
  const timeouts = options.getCustomTimeouts();
  return {
    aliases,
    dependencies,
    providers: Object.fromEntries(providers),
    additionalSecretOutputs: goal.additionalSecretOutputs,
    ...(protect === undefined ? {} : { protect }),
    ...(timeouts === undefined ? {} : { customTimeouts: durations(timeouts) }),
    deletedWith,
    replaceWith: goal.replaceWith,
    ...(deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace }),
    ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
    ...(goal.replacementTrigger === undefined ? {} : { replacementTrigger: goal.replacementTrigger }),
    ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
    hooks: goal.resourceHooks,
  };
}

/** A provider resource keeps the version of its plugin, where it came from and what it sees among its inputs. */
export function providerInputs(
  inputs: Properties,
  options: rpc.TransformResourceOptions,
  envVarMappings: { [name: string]: string },
): Properties {
  const [version, url] = [options.getVersion(), options.getPluginDownloadUrl()];
  const internal = {
    ...(url === "" ? {} : { pluginDownloadURL: url }),
    ...(Object.keys(envVarMappings).length === 0 ? {} : { envVarMappings }),
  };
  return {
    ...inputs,
    ...(version === "" ? {} : { version }),
    ...(Object.keys(internal).length === 0 ? {} : { __internal: internal }),
  };
}
