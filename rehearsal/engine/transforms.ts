import { type ServiceError, status } from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { type Callback, CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import * as rpc from "@pulumi/pulumi/proto/resource_pb";
import { connect, unary } from "./plugins";
import type { Properties } from "./provider";
import { fromStruct, toStruct } from "./wire";

/** An answer's status in the words of gRPC in Go, which the real engine hands on. */
function inGoWords({ code, details }: ServiceError): Error {
  const name = (status[code] ?? "UNKNOWN").toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
  return new Error(`rpc error: code = ${name} desc = ${details}`);
}

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

/** Transforms live in the program; the engine calls them back there. */
export class Transforms {
  /** Registered for the whole stack. */
  readonly stack: Callback[] = [];
  readonly invokes: Callback[] = [];
  private readonly clients = new Map<string, CallbacksClient>();

  private async call(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
    const target = callback.getTarget();
    let client = this.clients.get(target);
    if (client === undefined) {
      client = connect(CallbacksClient, target);
      this.clients.set(target, client);
    }
    const message = new CallbackInvokeRequest();
    message.setToken(callback.getToken());
    message.setRequest(request);
    const response = await unary(client.invoke.bind(client), message).catch((error: ServiceError) => {
      throw inGoWords(error);
    });
    return response.getResponse_asU8();
  }

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
      const response = rpc.TransformResponse.deserializeBinary(await this.call(callback, request.serializeBinary()));
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
        await this.call(callback, request.serializeBinary()),
      );
      const [args, options] = [response.getArgs(), response.getOptions()];
      if (args !== undefined) invoke.args = fromStruct(args);
      if (options !== undefined) invoke.options = options;
    }
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
  }
}
