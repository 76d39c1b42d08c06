import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { aliasMessage, bindingsMessage, timed } from "./messages";
import type { ResourceState, Timeouts } from "./state";

/** The options of a resource as its hooks are told them. */
export function optionsMessage(state: ResourceState): rpc.ResourceOptions {
  const message = new rpc.ResourceOptions();
  message.setDependsOnList(state.dependencies);
  message.setIgnoreChangesList(state.ignoreChanges);
  message.setReplaceOnChangesList(state.replaceOnChanges);
  message.setProvider(state.provider);
  message.setDeletedWith(state.deletedWith);
  message.setImport(state.importID);
  message.setHideDiffList(state.hideDiff);
  message.setReplaceWithList(state.replaceWith);
  message.setHooks(bindingsMessage(state.resourceHooks));
  message.setParent(state.parent);
  message.setAliasesList(state.aliases.map((urn) => aliasMessage({ urn })));
  message.setCustomTimeouts(timeoutsMessage(state.timeouts));
  message.setAdditionalSecretOutputsList(state.additionalSecretOutputs);
  message.setProtect(state.protect);
  message.setRetainOnDelete(state.retainOnDelete);
  return message;
}

function timeoutsMessage(timeouts: Timeouts): rpc.RegisterResourceRequest.CustomTimeouts | undefined {
  if (Object.values(timeouts).every((seconds) => seconds === 0)) return undefined;
  const { create, update, delete: gone, read } = timeouts;
  return timed(new rpc.RegisterResourceRequest.CustomTimeouts(), {
    create: duration(create),
    update: duration(update),
    delete: duration(gone),
    read: duration(read),
  });
}

/** Seconds as Go writes a duration, such as `1h30m0s`; empty for none. */
function duration(seconds: number): string {
  if (seconds === 0) return "";
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  const rest = Number((seconds - minutes * 60).toFixed(9));
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes % 60}m` : ""}${rest}s`;
}
