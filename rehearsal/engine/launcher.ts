/**
 * A thread holds the read end of a pipe to us, and kills the whole process group when it closes, even if the script's own
 * event loop never gets a turn.
 */
const endsWithUs = `
const { Worker } = require("node:worker_threads");
const guard = 'const s = new (require("node:net").Socket)({ fd: 3 }); s.on("close", () => process.kill(-process.pid, "SIGKILL")); s.on("error", () => {}); s.resume();';
new Worker(guard, { eval: true, execArgv: [], env: {}, stdout: false }).unref();`;

/**
 * Node.js 20 spends half a minute and half a gigabyte on colouring a stack that names a file right under a scope
 * (`node_modules/@pulumi/resource.ts`, as the SDK's source maps say), before it gives up and the SDK prints the stack
 * without colours: that is where we begin.
 */
const plainStacks = String.raw`
const util = require("node:util");
util.inspect = new Proxy(util.inspect, { apply: (inspect, self, [value, options, ...rest]) => Reflect.apply(inspect, self, [
  value, options?.colors && /node_modules[\\/]@[^\\/\n]+[\\/][^\\/\n]+$/m.test(String(value?.stack)) ? { ...options, colors: false } : options, ...rest]) });`;

/**
 * The SDK asks for a stack at each of its promises, for whoever debugs leaks of them, and for a whole one at each resource,
 * for an engine that keeps where it was declared (ours does not). Under ts-node every line of them is looked up in source
 * maps: half of the time of a program in TypeScript, for texts that nobody reads; to capture the rest is a tenth of what is
 * left. Each of the two modules gets its change when the SDK first asks for it, for the SDK loads them in an order of its own.
 */
const noUnreadStacks = `
const changes = process.env.PULUMI_DEBUG_PROMISE_LEAKS ? {} : {
  "runtime/debuggable": (module) => {
    const { debuggablePromise } = module;
    module.debuggablePromise = (...given) => {
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 0;
      try {
        return debuggablePromise(...given);
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    };
  },
  resource: ({ Resource }) => {
    if (Resource.callsites) Resource.callsites = () => [];
  },
};
for (const [name, change] of Object.entries(changes)) {
  try {
    const need = require("node:module").createRequire(process.argv[1]);
    const file = need.resolve("@pulumi/pulumi/" + name);
    require.cache[file] = { id: file, filename: file, loaded: true, children: [], get exports() {
      delete require.cache[file];
      const module = need(file);
      change(module);
      return module;
    } };
  } catch {
    // A script without the SDK.
  }
}`;

/**
 * What the SDK loads on its start for what hardly a program does, and whether it is an ES module (those that are not have no
 * names of their own to copy): for closures npm's own resolver of package trees (up to 3.270), four hundred modules, and
 * TypeScript; for traces that nobody asked for OpenTelemetry's exporter; for programs that run programs the Automation API.
 */
const seldom = {
  "@npmcli/arborist": true,
  fdir: true,
  "normalize-package-data": false,
  typescript: false,
  "@opentelemetry/exporter-zipkin": true,
  "@opentelemetry/instrumentation": true,
  "@opentelemetry/instrumentation-grpc": true,
  "@opentelemetry/resources": true,
  "@opentelemetry/sdk-trace-base": true,
  "@opentelemetry/sdk-trace-node": true,
  "@pulumi/pulumi/automation": true,
};

/**
 * Together they are two thirds of the SDK's start. It finds in the cache of modules, once, what loads them when they are asked
 * for something: a hook of the loader would stand in everybody's stacks.
 */
const modulesSeldomUsed = `
for (const [name, isEsModule] of Object.entries(${JSON.stringify(seldom)})) {
  try {
    const need = require("node:module").createRequire(process.argv[1]);
    const file = need.resolve(name);
    require.cache[file] = { id: file, filename: file, loaded: true, children: [], get exports() {
      delete require.cache[file];
      return new Proxy(() => {}, {
        get: (_, key) => (key === "__esModule" ? isEsModule : need(file)[key]),
        has: (_, key) => key in need(file),
        apply: (_, self, args) => Reflect.apply(need(file), self, args),
        ownKeys: () => Reflect.ownKeys(need(file)),
        getOwnPropertyDescriptor: (_, key) => {
          const found = Reflect.getOwnPropertyDescriptor(need(file), key);
          return found && { ...found, configurable: true };
        },
      });
    } };
  } catch {
    // A script without the SDK, or an SDK without the module.
  }
}`;

/** How programs load the SDK. */
export const lighterSdk = [noUnreadStacks, modulesSeldomUsed].join("");

/**
 * Node.js from 22 on keeps what it has compiled for the next process. `runMain` makes the script the main module, as if
 * node had been called with it.
 */
const start = `
require("node:module").enableCompileCache?.();
require("node:module").runMain();`;

/** What node evaluates before a script of the SDK, in its process. */
export const launcher = [endsWithUs, plainStacks, lighterSdk, start].join("");
