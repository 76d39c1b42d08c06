import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import type { ProviderSource } from "../engine/provider";

/** A package that a CLI is to find, at the version that the program's SDK asks for. */
export interface PluginPackage {
  /** Name as in type tokens, such as `aws`. */
  name: string;
  /** Version without `v`. */
  version: string;
}

/** A gRPC server of the protocol between an engine and its plugins. */
export interface PluginServer {
  /** Port on 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a package by other means than the source, asked each time that the CLI starts its plugin.
 * @param engine address of the engine, which plugins tell their messages.
 * @returns undefined to leave it to the source.
 */
export type PluginHost = (pkg: PluginPackage, engine: string) => Promise<PluginServer> | undefined;

/** The plugins of one run. */
export interface HostedPlugins {
  /** Ends every provider and takes no more; the executables remain, and then say that their host is gone. */
  close(): Promise<void>;
}

/**
 * Writes provider plugins for a `pulumi` CLI: executables `plugins/resource-<name>-v<version>/pulumi-resource-<name>` in a
 * folder that is to be its PULUMI_HOME.
 *
 * A CLI starts one process for every provider resource, and anew for preview and update; yet all must see one world. So the
 * executables hold nothing: each asks the process that called this function for a gRPC server of its own, prints that server's
 * port as plugins do, and lives as long as the CLI lets it. A coordinator needs no locks and no files that could be stale,
 * reads each SDK once, and can begin with a state. Whoever calls must stay alive until the CLI is done.
 * @param dir the folder; it is made when it is not there.
 */
export async function writePlugins(
  dir: string,
  packages: readonly PluginPackage[],
  source: ProviderSource,
  host?: PluginHost,
): Promise<HostedPlugins> {
  const secret = randomBytes(16).toString("hex");
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    void answer(socket, secret, source, host);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  for (const { name, version } of packages) {
    const folder = join(dir, "plugins", `resource-${name}-v${version}`);
    const file = join(folder, `pulumi-resource-${name}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, executable(port, { secret, name, version }));
    chmodSync(file, 0o700);
  }
  return {
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What an executable says of the CLI that started it. */
interface Asked extends PluginPackage {
  /** Address of the engine. */
  engine: string;
  /** The program's, in which plugins run. */
  folder: string;
}

/** Opens the provider that an executable asks for, and serves it as long as the executable lives. */
async function answer(socket: Socket, secret: string, source: ProviderSource, host?: PluginHost): Promise<void> {
  try {
    const asked = JSON.parse(await firstLine(socket)) as Asked & { secret: string };
    if (asked.secret !== secret) return void socket.destroy();
    const server = (await host?.(asked, asked.engine)) ?? (await served(asked, source));
    if (server === undefined) return void socket.end(`no package @pulumi/${asked.name} is installed\n`);
    socket.on("close", () => void server.close());
    if (socket.destroyed) return void server.close();
    socket.write(`${server.port}\n`);
  } catch (error) {
    socket.end(`${(error as Error).message}\n`);
  }
}

async function served(
  { name, version, engine, folder }: Asked,
  source: ProviderSource,
): Promise<PluginServer | undefined> {
  const provider = await source.open(name, version);
  if (provider === undefined) return undefined;
  // Loaded here: the stubs of the protocol cost a rehearsal in process nothing.
  const { servePlugin } = require("./pluginServer") as typeof import("./pluginServer");
  return servePlugin(provider, { name, version, engine, folder });
}

function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
      if (text.includes("\n")) resolve(text);
      if (text.length > 4096) reject(new Error("too long a request"));
    });
    socket.once("close", () => reject(new Error("the plugin went away")));
  });
}

/** A plugin that is nothing but a line to its host. */
function executable(port: number, request: PluginPackage & { secret: string }): string {
  return `#!${process.execPath}
const asked = { ...${JSON.stringify(request)}, engine: process.argv[2] ?? "", folder: process.cwd() };
const request = JSON.stringify(asked) + "\\n";
const socket = require("node:net").connect(${port}, "127.0.0.1", () => socket.write(request));
socket.once("data", (line) => (/^\\d+\\n$/.test(line) ? process.stdout : process.stderr).write(line));
socket.on("error", () => process.stderr.write("the rehearsal that wrote this plugin is over; start it again\\n"));
socket.on("close", () => process.exit(1));
`;
}
