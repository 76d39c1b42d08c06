import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { UserError } from "../userError";
import type { Callbacks } from "./callbacks";
import type { RunContext } from "./context";
import { optionsMessage } from "./hookOptions";
import type { HookType, ResourceState } from "./state";
import { nameOf } from "./urns";
import { toStruct } from "./wire";

/** What a hook is told about: of a creation what is made, of a deletion what was there, of an update both. */
export interface Sides {
  fresh?: ResourceState;
  old?: ResourceState;
}

/** An operation around which hooks are called. */
export type HookedOperation = "Create" | "Update" | "Delete";

interface Hook {
  callback: Callback;
  /** Called when an operation fails, and says whether it is to be tried again. */
  isForErrors: boolean;
  onDryRun: boolean;
  ignoreErrors: boolean;
}

/** Times that hooks may have an operation tried, as with the real engine. */
const MOST_TRIES = 100;

/** The hooks of a program: functions of its own that are called before and after what is done to its resources. */
export class Hooks {
  private readonly hooks = new Map<string, Hook>();

  constructor(
    private readonly callbacks: Callbacks,
    private readonly context: Pick<RunContext, "preview" | "report">,
    /** Called when a hook failed after something was done. */
    private readonly failed: () => void,
  ) {}

  /** @throws Error for a name that is empty or taken. */
  register(request: rpc.RegisterResourceHookRequest | rpc.RegisterErrorHookRequest): void {
    const [name, callback] = [request.getName(), request.getCallback()];
    if (name === "") throw new Error("resource hook name cannot be empty");
    if (this.hooks.has(name)) throw new Error(`resource hook already registered for name "${name}"`);
    if (callback === undefined) throw new Error(`resource hook "${name}" has no callback`);
    const isForErrors = request instanceof rpc.RegisterErrorHookRequest;
    this.hooks.set(name, {
      callback,
      isForErrors,
      onDryRun: isForErrors || request.getOnDryRun(),
      ignoreErrors: !isForErrors && request.getIgnoreErrors(),
    });
  }

  /** @throws Error when a hook fails whose errors count: then the operation must not take place. */
  before(operation: HookedOperation, sides: Sides): Promise<void> {
    return this.run(`Before${operation}`, sides);
  }

  /** What was done stands, also when a hook fails. */
  async after(operation: HookedOperation, sides: Sides): Promise<void> {
    await this.run(`After${operation}`, sides).catch((error: Error) => {
      this.context.report("error", stateOf(sides).urn, error.message);
      this.failed();
    });
  }

  private async run(type: HookType, sides: Sides): Promise<void> {
    const state = stateOf(sides);
    const isAfter = type.startsWith("After");
    for (const name of state.resourceHooks[type] ?? []) {
      const hook = this.find(name, false);
      if (hook === undefined) throw new Error(`hook "${name}" was not registered`);
      if (this.context.preview && !hook.onDryRun) continue;
      const request = described(new rpc.ResourceHookRequest(), sides);
      if (isAfter && sides.fresh !== undefined) request.setNewOutputs(toStruct(sides.fresh.outputs));
      const answer = await this.callbacks.call(hook.callback, request.serializeBinary()).then(
        (bytes) => rpc.ResourceHookResponse.deserializeBinary(bytes).getError(),
        (error: Error) => error.message,
      );
      if (answer === "") continue;
      if (!hook.ignoreErrors) throw new Error(`${isAfter ? "after" : "before"} hook "${name}" failed: ${answer}`);
      this.context.report("warning", state.urn, `${type} hook "${name}" failed: ${answer}`);
    }
  }

  /**
   * Does what a provider is asked to, again and again while the resource's error hooks want that.
   * @throws the error of `work`; Error for a hook that fails, and when there were enough tries.
   */
  async retrying<T>(operation: HookedOperation, sides: Sides, work: () => Promise<T>): Promise<T> {
    const { urn, resourceHooks } = stateOf(sides);
    const verb = operation.toLowerCase();
    const failures: string[] = [];
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const names = resourceHooks.OnError ?? [];
        if (names.length === 0 || error instanceof UserError) throw error;
        failures.unshift((error as Error).message);
        if (failures.length >= MOST_TRIES) {
          this.context.report("warning", urn, `maximum number of error hook retries (${MOST_TRIES}) reached`);
          throw new Error("maximum number of error hook retries reached");
        }
        if (!(await this.wantRetry(names, verb, sides, failures))) throw error;
        const count = `${failures.length}/${MOST_TRIES}`;
        this.context.report("warning", urn, `retrying ${verb} due to on-error hook request (${count})`);
      }
    }
  }

  private async wantRetry(names: string[], verb: string, sides: Sides, failures: string[]): Promise<boolean> {
    let retry = false;
    for (const name of names) {
      const failed = (why: string) => new Error(`error hooks execution failed: error hook "${name}" ${why}`);
      const hook = this.find(name, true);
      if (hook === undefined) throw failed("was not registered");
      const request = described(new rpc.ErrorHookRequest(), sides);
      request.setFailedOperation(verb);
      request.setErrorsList(failures);
      const bytes = await this.callbacks.call(hook.callback, request.serializeBinary()).catch((error: Error) => {
        throw failed(`failed: ${error.message}`);
      });
      const answer = rpc.ErrorHookResponse.deserializeBinary(bytes);
      if (answer.getError() !== "") throw failed(`failed: ${answer.getError()}`);
      retry ||= answer.getRetry();
    }
    return retry;
  }

  private find(name: string, isForErrors: boolean): Hook | undefined {
    const hook = this.hooks.get(name);
    return hook?.isForErrors === isForErrors ? hook : undefined;
  }
}

/**
 * Of a destruction, where the program does not run: what has hooks on its deletion is not deleted without them.
 * @throws Error when something has; each was reported then.
 */
export function refuseDeleteHooks(states: readonly ResourceState[], context: Pick<RunContext, "report">): void {
  const named = states.map(({ urn, resourceHooks: { BeforeDelete = [], AfterDelete = [] } }) => ({
    urn,
    names: [...BeforeDelete, ...AfterDelete],
  }));
  const hooked = named.filter(({ names }) => names.length > 0);
  if (hooked.length === 0) return;
  for (const { urn, names } of hooked) {
    const list = names.join(", ");
    context.report(
      "error",
      urn,
      `Resource has delete hooks registered, but the program is not running. Hooks: ${list}`,
    );
  }
  throw new Error("Delete hooks are called by a program only: take these resources out of yours, and run `up`.");
}

/** The resource that it is about. */
export function stateOf({ fresh, old }: Sides): ResourceState {
  return (fresh ?? old) as ResourceState;
}

function described<Request extends rpc.ResourceHookRequest | rpc.ErrorHookRequest>(
  request: Request,
  sides: Sides,
): Request {
  const { fresh, old } = sides;
  const { urn, id, type } = stateOf(sides);
  request.setUrn(urn);
  request.setId(id);
  request.setName(nameOf(urn));
  request.setType(type);
  if (fresh !== undefined) {
    request.setNewInputs(toStruct(fresh.inputs));
    request.setNewOptions(optionsMessage(fresh));
  }
  if (old !== undefined) {
    request.setOldInputs(toStruct(old.inputs));
    request.setOldOutputs(toStruct(old.outputs));
    request.setOldOptions(optionsMessage(old));
  }
  return request;
}
