import { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import type { ConstructOptions } from "./provider";
import type { Alias, HookBindings } from "./state";
import { toValue } from "./wire";

/** An alias as the protocol has it, in our own form. */
export function aliasOf(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (spec === undefined) return { urn: message.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}

/** An alias as the protocol has it. */
export function aliasMessage(alias: Alias): AliasMessage {
  const made = new AliasMessage();
  if (alias.urn !== undefined) {
    made.setUrn(alias.urn);
    return made;
  }
  const spec = new AliasMessage.Spec();
  spec.setName(alias.name ?? "");
  spec.setType(alias.type ?? "");
  spec.setStack(alias.stack ?? "");
  spec.setProject(alias.project ?? "");
  if (alias.noParent === true) spec.setNoparent(true);
  else if (alias.parent !== undefined && alias.parent !== "") spec.setParenturn(alias.parent);
  made.setSpec(spec);
  return made;
}

interface PerOperation<Amount> {
  readonly create: Amount;
  readonly update: Amount;
  readonly delete: Amount;
  readonly read: Amount;
}

interface Durations {
  getCreate(): string;
  getUpdate(): string;
  getDelete(): string;
  getRead(): string;
}

/** Timeouts as the protocol has them, in our own form. */
export function durations(timeouts: Durations): PerOperation<string> {
  const [create, update] = [timeouts.getCreate(), timeouts.getUpdate()];
  return { create, update, delete: timeouts.getDelete(), read: timeouts.getRead() };
}

interface TimeoutsMessage<Amount> {
  setCreate(amount: Amount): unknown;
  setUpdate(amount: Amount): unknown;
  setDelete(amount: Amount): unknown;
  setRead(amount: Amount): unknown;
}

/** The message, filled: of timeouts the protocol has one for each of its services, in seconds or as durations. */
export function timed<Amount, Message extends TimeoutsMessage<Amount>>(
  message: Message,
  timeouts: PerOperation<Amount>,
): Message {
  message.setCreate(timeouts.create);
  message.setUpdate(timeouts.update);
  message.setDelete(timeouts.delete);
  message.setRead(timeouts.read);
  return message;
}

type ByName = { readonly [name: string]: readonly string[] };

/** Lists of URNs by name, of whatever message. */
export function byName(map: { entries(): Iterable<[string, { getUrnsList(): string[] }]> }): {
  [name: string]: string[];
} {
  return Object.fromEntries([...map.entries()].map(([name, urns]) => [name, urns.getUrnsList()]));
}

/** Fills such a map; `List` is the class that its message has for a list of URNs. */
export function setByName<Urns extends { setUrnsList(urns: string[]): unknown }>(
  map: { set(name: string, urns: Urns): unknown },
  lists: ByName,
  List: new () => Urns,
): void {
  for (const [name, urns] of Object.entries(lists)) {
    const list = new List();
    list.setUrnsList([...urns]);
    map.set(name, list);
  }
}

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

/** The options of a component that a program's request and one to its provider say alike: all but timeouts and hooks. */
export function setOptions(message: rpc.RegisterResourceRequest | ConstructRequest, options: ConstructOptions): void {
  message.setAliasesList(options.aliases.map(aliasMessage));
  message.setDependenciesList(options.dependencies);
  if (options.protect !== undefined) message.setProtect(options.protect);
  for (const [pkg, reference] of Object.entries(options.providers)) message.getProvidersMap().set(pkg, reference);
  message.setAdditionalsecretoutputsList(options.additionalSecretOutputs);
  message.setDeletedwith(options.deletedWith);
  message.setReplaceWithList(options.replaceWith);
  if (options.deleteBeforeReplace !== undefined) message.setDeletebeforereplace(options.deleteBeforeReplace);
  message.setIgnorechangesList(options.ignoreChanges);
  message.setReplaceonchangesList(options.replaceOnChanges);
  if (options.replacementTrigger !== undefined) message.setReplacementTrigger(toValue(options.replacementTrigger));
  if (options.retainOnDelete !== undefined) message.setRetainondelete(options.retainOnDelete);
}
