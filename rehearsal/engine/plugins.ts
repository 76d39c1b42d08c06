import type { ChannelCredentials, Metadata, ServiceError } from "@grpc/grpc-js";
import { UserError } from "../userError";
import { type Child, type ChildOptions, startChild } from "./children";
import { atMost } from "./pipeline";
import { channelOptions, sdkGrpc } from "./wire";

/** A process that serves gRPC and says on which port in its first line of output: a policy pack or a provider plugin. */
export interface Plugin<Client> {
  client: Client;
  /** How the process ended, if it does within so many milliseconds; undefined while it runs. */
  ended(milliseconds: number): Promise<string | undefined>;
  /** Ends the process and drops the connection. */
  close(): Promise<void>;
}

type ClientClass<Client> = new (
  address: string,
  credentials: ChannelCredentials,
  options: object,
) => Client & { close(): void };

/**
 * Starts a plugin and connects to it.
 * @param what how messages call it, such as `the policy pack ./policy`.
 * @throws UserError with the plugin's own output when it ends before it serves.
 */
export async function startPlugin<Client>(
  what: string,
  Client: ClientClass<Client>,
  options: ChildOptions,
): Promise<Plugin<Client>> {
  const said: string[] = [];
  let child: Child | undefined;
  const port = await new Promise<number>((resolve, reject) => {
    let serving = false;
    const onLine: ChildOptions["onLine"] = (line) => {
      if (!serving && line.stream === "stdout" && /^\d+$/.test(line.text.trim())) {
        serving = true;
        resolve(Number(line.text));
        return;
      }
      if (!serving) said.push(line.text);
      options.onLine(line);
    };
    child = startChild({ ...options, onLine });
    void child.exited.then(({ code, signal }) => {
      const reason = said
        .filter((line) => !/^\s+at /.test(line))
        .join("\n")
        .trim();
      reject(
        new UserError(`${what} did not start (${signal ?? `exit ${code}`})${reason === "" ? "" : `:\n${reason}`}`),
      );
    });
  });
  const client = connect(Client, `127.0.0.1:${port}`);
  const started = child as Child;
  let how: string | undefined;
  void started.exited.then(({ code, signal }) => {
    how = `${what} ended (${signal ?? `exit ${code}`})`;
  });
  return {
    client,
    ended: async (milliseconds) => {
      await atMost(milliseconds, started.exited);
      return how;
    },
    close: async () => {
      client.close();
      started.stop();
      await started.exited;
    },
  };
}

/** A client of the SDK's stubs for a server of this machine. */
export function connect<Client>(Client: ClientClass<Client>, address: string): Client & { close(): void } {
  return new Client(address, sdkGrpc().credentials.createInsecure(), channelOptions);
}

type Callback<Response> = (error: ServiceError | null, response: Response) => void;

/**
 * One unary call as a promise. The parameter has the last of the stubs' overloads, which is the one that inference sees;
 * the shortest is called.
 */
export function unary<Request, Response>(
  call: (request: Request, metadata: Metadata, options: object, callback: Callback<Response>) => unknown,
  request: Request,
): Promise<Response> {
  const short = call as unknown as (request: Request, callback: Callback<Response>) => unknown;
  return new Promise((resolve, reject) => {
    short(request, (error, response) => (error === null ? resolve(response) : reject(error)));
  });
}
