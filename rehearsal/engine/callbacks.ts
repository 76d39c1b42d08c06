import { type ServiceError, status } from "@grpc/grpc-js";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { type Callback, CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import { connect, unary } from "./plugins";

/** Functions that live in the program, transforms and hooks; the engine calls them back there. */
export class Callbacks {
  private readonly clients = new Map<string, CallbacksClient>();

  /** @throws Error that says what the function threw. */
  async call(callback: Callback, request: Uint8Array): Promise<Uint8Array> {
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

  close(): void {
    for (const client of this.clients.values()) client.close();
  }
}

/** An answer's status in the words of gRPC in Go, which the real engine hands on. */
function inGoWords({ code, details }: ServiceError): Error {
  const name = (status[code] ?? "UNKNOWN").toLowerCase().replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
  return new Error(`rpc error: code = ${name} desc = ${details}`);
}
