import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import type { HookBindings, ResourceState, Timeouts } from "./state";

type Bindings = rpc.RegisterResourceRequest.ResourceHooksBinding | ConstructRequest.ResourceHooksBinding;

/** The hooks that a request binds to its resource. */
export function hookBindings(hooks: Bindings | undefined): HookBindings {
  if (hooks === undefined) return {};
  const names: Required<HookBindings> = {
    BeforeCreate: hooks.getBeforeCreateList(),
    AfterCreate: hooks.getAfterCreateList(),
    BeforeUpdate: hooks.getBeforeUpdateList(),
    AfterUpdate: hooks.getAfterUpdateList(),
    BeforeDelete: hooks.getBeforeDeleteList(),
    AfterDelete: hooks.getAfterDeleteList(),
    OnError: hooks.getOnErrorList(),
  };
  return Object.fromEntries(Object.entries(names).filter(([, given]) => given.length > 0));
}

/** The same as a message; undefined when there are none. */
export function bindingsMessage<Message extends Bindings = rpc.RegisterResourceRequest.ResourceHooksBinding>(
  hooks: HookBindings,
  message = new rpc.RegisterResourceRequest.ResourceHooksBinding() as Message,
): Message | undefined {
  if (Object.keys(hooks).length === 0) return undefined;
  message.setBeforeCreateList(hooks.BeforeCreate ?? []);
  message.setAfterCreateList(hooks.AfterCreate ?? []);
  message.setBeforeUpdateList(hooks.BeforeUpdate ?? []);
  message.setAfterUpdateList(hooks.AfterUpdate ?? []);
  message.setBeforeDeleteList(hooks.BeforeDelete ?? []);
  message.setAfterDeleteList(hooks.AfterDelete ?? []);
  message.setOnErrorList(hooks.OnError ?? []);
  return message;
}

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
  message.setAliasesList(state.aliases.map((urn) => new Alias().setUrn(urn)));
  message.setCustomTimeouts(timeoutsMessage(state.timeouts));
  message.setAdditionalSecretOutputsList(state.additionalSecretOutputs);
  message.setProtect(state.protect);
  message.setRetainOnDelete(state.retainOnDelete);
  return message;
}

function timeoutsMessage(timeouts: Timeouts): rpc.RegisterResourceRequest.CustomTimeouts | undefined {
  if (Object.values(timeouts).every((seconds) => seconds === 0)) return undefined;
  const message = new rpc.RegisterResourceRequest.CustomTimeouts();
  message.setCreate(duration(timeouts.create));
  message.setUpdate(duration(timeouts.update));
  message.setDelete(duration(timeouts.delete));
  message.setRead(duration(timeouts.read));
  return message;
}

/** Seconds as Go writes a duration, such as `1h30m0s`; empty for none. */
function duration(seconds: number): string {
  if (seconds === 0) return "";
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  const rest = Number((seconds - minutes * 60).toFixed(9));
  return `${hours > 0 ? `${hours}h` : ""}${minutes > 0 ? `${minutes % 60}m` : ""}${rest}s`;
}
