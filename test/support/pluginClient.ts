import { spawn } from "node:child_process";
import { once } from "node:events";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { sdkGrpc, toStruct } from "../../rehearsal/engine/wire";

/** Starts a plugin's executable as a CLI does: its first line of output is its port. */
export async function startedPlugin(program: string): Promise<{ port: number; stop(): void }> {
  const child = spawn(program, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout!, "data");
  return { port: Number(line), stop: () => child.kill() };
}

/** A client of a plugin that serves at a port, configured for a region. */
export async function pluginClient(port: number, region: string): Promise<ResourceProviderClient> {
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, sdkGrpc().credentials.createInsecure());
  const request = new rpc.ConfigureRequest();
  request.setArgs(toStruct({ region }));
  request.getVariablesMap().set("aws:config:region", region);
  await call((done) => client.configure(request, done as never));
  return client;
}

export function call<T>(run: (done: (error: Error | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => run((error, value) => (error === null ? resolve(value) : reject(error))));
}

export function create(
  client: ResourceProviderClient,
  type: string,
  name: string,
  inputs: { [name: string]: unknown },
): Promise<rpc.CreateResponse> {
  const request = new rpc.CreateRequest();
  request.setUrn(`urn:pulumi:t::p::${type}::${name}`);
  request.setProperties(toStruct(inputs));
  return call((done) => client.create(request, done as never));
}
