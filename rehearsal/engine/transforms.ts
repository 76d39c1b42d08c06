import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import type { Callbacks } from "./callbacks";
import type { Properties } from "./provider";
import { fromStruct, toStruct } from "./wire";

/** A resource as transforms see and change it. */
export interface Transformed {
  type: string;
  name: string;
  custom: boolean;
  parent: string;
  properties: Properties;
  options: rpc.TransformResourceOptions;
}

/** A function invocation as transforms see and change it. */
export interface TransformedInvoke {
  token: string;
  args: Properties;
  options: rpc.TransformInvokeOptions;
}

/** Changes that the program makes to what it asks for, before the engine sees it. */
export class Transforms {
  /** Registered for the whole stack. */
  readonly stack: Callback[] = [];
  readonly invokes: Callback[] = [];

  constructor(private readonly callbacks: Callbacks) {}

  /**
   * Runs transforms over a resource one after the other: its own first, then its parents', then the stack's.
   * @throws Error that says what a transform threw.
   */
  async apply(callbacks: Callback[], resource: Transformed): Promise<void> {
    for (const callback of callbacks) {
      const request = new rpc.TransformRequest();
      request.setType(resource.type);
      request.setName(resource.name);
      request.setCustom(resource.custom);
      request.setParent(resource.parent);
      request.setProperties(toStruct(resource.properties));
      request.setOptions(resource.options);
      const response = rpc.TransformResponse.deserializeBinary(
        await this.callbacks.call(callback, request.serializeBinary()),
      );
      const [properties, options] = [response.getProperties(), response.getOptions()];
      if (properties !== undefined) resource.properties = fromStruct(properties);
      if (options !== undefined) resource.options = options;
    }
  }

  /** Runs the stack's transforms over a function invocation. */
  async applyToInvoke(invoke: TransformedInvoke): Promise<void> {
    for (const callback of this.invokes) {
      const request = new rpc.TransformInvokeRequest();
      request.setToken(invoke.token);
      request.setArgs(toStruct(invoke.args));
      request.setOptions(invoke.options);
      const response = rpc.TransformInvokeResponse.deserializeBinary(
        await this.callbacks.call(callback, request.serializeBinary()),
      );
      const [args, options] = [response.getArgs(), response.getOptions()];
      if (args !== undefined) invoke.args = fromStruct(args);
      if (options !== undefined) invoke.options = options;
    }
  }
}
