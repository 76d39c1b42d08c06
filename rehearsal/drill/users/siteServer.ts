import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { UserError } from "../../userError";

/**
 * What users of one site meet: an HTTP server in a process of its own on loopback. It answers every path, and the path of
 * the readiness only while the site serves.
 */
export class SiteServer {
  private constructor(
    readonly site: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /**
   * @param path where the services ask whether the site can serve.
   * @param port the one that it had before it was killed. @default any that is free
   */
  static async start(site: string, path: string, port = 0): Promise<SiteServer> {
    const { NODE_OPTIONS: _ours, ...env } = process.env;
    const child = spawn(process.execPath, ["-e", SERVER, "--", site, path, String(port)], {
      ...{ cwd: "/", env },
      stdio: ["pipe", "pipe", "ignore"],
    });
    // A server that is killed closes its pipe in the middle of whatever we write.
    child.stdin?.on("error", () => {});
    const lines = createInterface({ input: child.stdout as NonNullable<typeof child.stdout> });
    const said = await Promise.race([once(lines, "line"), once(child, "exit").then(() => [])]);
    if (said.length === 0) {
      throw new UserError(
        `The HTTP server of site ${site} did not start on port ${port} of 127.0.0.1: another program has it by now. Run the drill again.`,
      );
    }
    return new SiteServer(site, Number(said[0]), child);
  }

  private get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** From now on it answers the readiness with 503, and everything else as before. */
  drain(): Promise<void> {
    return this.tell("drain");
  }

  /** Undoes `drain`. */
  serve(): Promise<void> {
    return this.tell("serve");
  }

  /** SIGKILL, as its site gets it. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.isGone) return;
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Resolves when the server has done it. @throws UserError when somebody has ended it. */
  private async tell(word: "drain" | "serve"): Promise<void> {
    if (!this.isGone) {
      const done = once(this.child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
      this.child.stdin?.write(`${word}\n`);
      await Promise.race([done, once(this.child, "exit")]);
    }
    if (this.isGone)
      throw new UserError(`The HTTP server of site ${this.site} was ended from outside. Run the drill again.`);
  }
}

/** Ends when its standard input does, so that it outlives nobody. */
const SERVER = `
const [site, path, port] = process.argv.slice(1);
let drained = false;
const server = require("node:http").createServer((request, response) => {
  const isReady = request.url !== path || !drained;
  response.writeHead(isReady ? 200 : 503, { "x-site": site, connection: "close" }).end(isReady ? site : "drained");
});
server.listen(Number(port), "127.0.0.1", () => console.log(server.address().port));
require("node:readline").createInterface({ input: process.stdin })
  .on("line", (word) => { drained = word === "drain"; console.log(word); })
  .on("close", () => process.exit(0));
`;
