// Programs that tests rehearse in their own process run in processes that are kept for the next ones: see programHost.cjs. Most of
// what a small program costs is to load the SDK: a second of CPU, of which a tenth is left. Those of other SDKs and of the SDK's
// own TypeScript, those of tests with `ownPrograms`, and all that commands in processes of their own start, run as everybody's.
// Loaded by tests: see scripts/test.mjs.
const { spawn } = require("node:child_process");
const { existsSync, readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const { createInterface } = require("node:readline");

const children = require("../../rehearsal/engine/children.ts");
const { launcher } = require("../../rehearsal/engine/launcher.ts");
const { isCompiled } = require("./programs.cjs");

const START = require.resolve("@pulumi/pulumi/cmd/run");
const HOST = join(__dirname, "programHost.cjs");
/** Programs after which a process ends: what they leave behind may add up. */
const MOST_PROGRAMS = 50;

const { startChild } = children;
children.startChild = (options) => (isHosted(options) ? runHosted(options) : startChild(options));

const idle = [];

function isHosted({ script, args, cwd, nodeArguments = [], env }) {
  if (script !== START || nodeArguments.length > 0 || process.env.MULTISITE_COMPILED === undefined) return false;
  if (process.env.MULTISITE_OWN_PROGRAMS !== undefined) return false;
  // Nobody can have an ES module read again.
  if (isEsModule(cwd)) return false;
  return env.PULUMI_NODEJS_TYPESCRIPT !== "true" || isCompiled(args) || isJavaScript(cwd);
}

/** Whether nothing of a program is for the SDK's TypeScript, which it is given unless its project says otherwise. */
function isJavaScript(folder) {
  return !readdirSync(folder).some((file) => /\.[cm]?ts$|^tsconfig.*\.json$/.test(file));
}

function isEsModule(folder) {
  const file = join(folder, "package.json");
  return existsSync(file) && /"type"\s*:\s*"module"/.test(readFileSync(file, "utf8"));
}

function runHosted({ script, args, cwd, env, onLine }) {
  const program = { script, args, cwd, env: { ...process.env, ...env, PULUMI_NODEJS_TYPESCRIPT: "false" } };
  let isStopped = false;
  let host;
  const run = async () => {
    host = idleHost() ?? new Host();
    const { hasBegun, ...end } = await host.run(program, onLine);
    // One that was kept may have ended just then, by what an earlier program said late.
    if (!hasBegun && host.programs > 1 && !isStopped) return run();
    // What failed may leave promises that never end well, on which the SDK puts its next ones.
    if (end.code !== 0 || host.programs >= MOST_PROGRAMS) host.stop();
    else idle.push(host);
    host = undefined;
    return end;
  };
  const stop = () => {
    isStopped = true;
    host?.stop();
  };
  return { exited: run(), stop };
}

function idleHost() {
  const host = idle.pop();
  return host?.hasEnded || host?.isStopped ? idleHost() : host;
}

class Host {
  programs = 0;
  hasEnded = false;
  isStopped = false;
  /** The program that runs: what its end is told to, where its lines go, whether it has begun, and how many streams still have some. */
  #current;
  #child;

  constructor() {
    this.#child = spawn(process.execPath, ["-e", launcher, "--", HOST], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "ipc"],
      detached: true,
    });
    for (const stream of ["stdout", "stderr"]) {
      const lines = createInterface({ input: this.#child[stream], crlfDelay: Number.POSITIVE_INFINITY });
      lines.on("line", (text) => this.#read(stream, text));
    }
    this.#child.on("message", ({ code }) => {
      if (code === undefined) {
        this.#current.hasBegun = true;
        return;
      }
      this.#current.code = code;
      this.#endWhenRead();
    });
    // Whatever it left running in its group would hold its output open.
    this.#child.on("exit", () => this.stop());
    this.#child.on("close", (code, signal) => {
      this.hasEnded = true;
      this.#current?.resolve({ code, signal, hasBegun: this.#current.hasBegun });
    });
  }

  run(program, onLine) {
    this.programs++;
    this.#keep("ref");
    // A process that cannot be reached any more tells its end.
    this.#child.send(program, () => {});
    return new Promise((resolve) => {
      this.#current = { resolve, onLine, hasBegun: false, unread: 2 };
    });
  }

  stop() {
    if (this.hasEnded) return;
    this.isStopped = true;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It ends by itself.
    }
  }

  #read(stream, text) {
    const isLast = text.endsWith("\0");
    const line = isLast ? text.slice(0, -1) : text;
    if (line !== "" || !isLast) this.#current?.onLine({ stream, text: line });
    if (!isLast) return;
    this.#current.unread--;
    this.#endWhenRead();
  }

  #endWhenRead() {
    const { code, unread, resolve, hasBegun } = this.#current;
    if (code === undefined || unread > 0) return;
    this.#current = undefined;
    this.#keep("unref");
    resolve({ code, signal: null, hasBegun });
  }

  /** Whether this process waits for the host before it ends. */
  #keep(how) {
    for (const handle of [this.#child, this.#child.channel, ...this.#child.stdio]) handle?.[how]();
  }
}
