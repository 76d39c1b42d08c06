import * as path from "node:path";
import type * as grpc from "@grpc/grpc-js";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { JavaScriptValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { linearStructs, type StructModule } from "./linearStructs";
import type { Properties } from "./provider";

type SdkModules = { Struct: typeof Struct; Value: typeof Value; Empty: typeof Empty; grpc: typeof grpc };
let modules: SdkModules | undefined;

/**
 * Messages and gRPC in the copies that the SDK itself loads: its serialisers and clients accept no other
 * (`instanceof`), and package managers may install several.
 */
function sdk(): SdkModules {
  if (modules === undefined) {
    const paths = [path.dirname(require.resolve("@pulumi/pulumi/package.json"))];
    const load = <T>(name: string): T => require(require.resolve(name, { paths })) as T;
    const structs = load<StructModule>("google-protobuf/google/protobuf/struct_pb");
    linearStructs(structs);
    const { Struct, Value } = structs;
    const { Empty } = load<Pick<SdkModules, "Empty">>("google-protobuf/google/protobuf/empty_pb");
    modules = { Struct, Value, Empty, grpc: load<typeof grpc>("@grpc/grpc-js") };
  }
  return modules;
}

/** The SDK's own copy of gRPC. */
export const sdkGrpc = (): typeof grpc => sdk().grpc;
export const toStruct = (properties: Properties): Struct =>
  sdk().Struct.fromJavaScript(properties as { [key: string]: JavaScriptValue });
export const toValue = (value: unknown): Value => sdk().Value.fromJavaScript(value as JavaScriptValue);
export const fromStruct = (struct: Struct | undefined): Properties => (struct?.toJavaScript() ?? {}) as Properties;
export const emptyMessage = (): Empty => new (sdk().Empty)();

/** Stacks of thousands of resources reach a policy pack as one message; the SDK's own limit. */
export const channelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": -1,
};

/** Binds a server to a free port of 127.0.0.1, and says which. */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", sdkGrpc().ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}
