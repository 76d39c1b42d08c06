import { type ChildProcess, spawn } from "node:child_process";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import type { ConfigureRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { PluginPackage, PluginServer } from "../clouds";
import { isExecutable } from "../clusters/toolchain/places";
import { connect } from "../engine/plugins";
import type { Properties } from "../engine/provider";
import { revealSecrets } from "../engine/values";
import { channelOptions, fromStruct, listen, sdkGrpc, toStruct } from "../engine/wire";

/**
 * The executable of a provider's real plugin, of exactly the version that the program's SDK asks for: where the CLI keeps
 * its plugins, or on the PATH, where a CLI would take it whatever its version is.
 * @returns undefined when it is not installed.
 */
export function installedPlugin({ name, version }: PluginPackage, env = process.env): string | undefined {
  const program = `pulumi-resource-${name}`;
  const home = env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const folders = [join(home, "plugins", `resource-${name}-v${version}`), ...(env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** How a real plugin is run. */
export interface RealPlugin {
  readonly program: string;
  /** Address of the engine that asked for it, which it tells its messages. */
  readonly engine: string;
  /** The program's folder. */
  readonly cwd: string;
  /** What it is configured with in place of what the program says. @throws Error in words for the user. */
  readonly configuration: (given: Properties) => Properties;
}

/**
 * Runs a real plugin and serves it as it is: every call goes through with its own answer or error, only its
 * configuration is put in place.
 * @throws Error when it ends before it serves, with its own words.
 */
export async function serveRealPlugin({ program, engine, cwd, configuration }: RealPlugin): Promise<PluginServer> {
  // Nothing but what it is configured with may lead it to a cluster.
  const env = { ...process.env, KUBECONFIG: "/dev/null" };
  // It ends by itself when its engine is gone, should we be killed.
  const child = spawn(program, [engine], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const client = connect(ResourceProviderClient, `127.0.0.1:${await portOf(child)}`);
  const { Server } = sdkGrpc();
  const server = new Server(channelOptions);
  server.addService(ResourceProviderService, forwarded(client, configuration));
  const port = await listen(server);
  return {
    port,
    close: async () => {
      server.forceShutdown();
      client.close();
      child.kill("SIGKILL");
    },
  };
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.once("error", reject);
    // Not at its exit: what it said last may be unread by then.
    child.once("close", () => reject(new Error(`the real plugin ended before it served: ${said.join(" ").trim()}`)));
    createInterface(child.stderr!).on("line", (line) => said.push(line));
    createInterface(child.stdout!).on("line", (line) => {
      if (/^\d+$/.test(line)) resolve(Number(line));
    });
  });
}

/** A call of any method, whatever its request and answer are. */
type Call = (request: unknown, metadata: unknown, done: sendUnaryData<unknown>) => void;

function forwarded(
  client: ResourceProviderClient,
  configuration: RealPlugin["configuration"],
): UntypedServiceImplementation {
  const methods = client as unknown as Record<string, Call>;
  const forward = (name: string) => (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
    try {
      if (name === "configure") configure(call.request as ConfigureRequest, configuration);
      methods[name]!.call(client, call.request, call.metadata, done);
    } catch (error) {
      done({ code: sdkGrpc().status.UNKNOWN, details: (error as Error).message });
    }
  };
  const unary = Object.entries(ResourceProviderService).filter(([, { responseStream }]) => !responseStream);
  return Object.fromEntries(unary.map(([name]) => [name, forward(name)]));
}

/** A configuration travels twice: as a structure, and as variables of text for plugins that read those. */
function configure(request: ConfigureRequest, configuration: RealPlugin["configuration"]): void {
  const given = revealSecrets(fromStruct(request.getArgs())) as Properties;
  const wanted = configuration(given);
  request.setArgs(toStruct(wanted));
  const variables = request.getVariablesMap();
  for (const key of [...variables.keys()] as unknown as Iterable<string>) {
    const value = wanted[key.split(":").at(-1) ?? ""];
    if (value === undefined) variables.del(key);
    else if (typeof value === "string") variables.set(key, value);
  }
}
