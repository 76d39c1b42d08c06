import { linearStructs } from "./linearStructs";

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
export const plainStacks = String.raw`
const util = require("node:util");
util.inspect = new Proxy(util.inspect, { apply: (inspect, self, [value, options, ...rest]) => Reflect.apply(inspect, self, [
  value, options?.colors && /node_modules[\\/]@[^\\/\n]+[\\/][^\\/\n]+$/m.test(String(value?.stack)) ? { ...options, colors: false } : options, ...rest]) });`;

/**
 * The SDK asks for a stack at each of its promises, for whoever debugs leaks of them, and for a whole one at each resource,
 * for an engine that keeps where it was declared (ours does not). Under ts-node every line of them is looked up in source
 * maps: half of the time of a program in TypeScript, for texts that nobody reads; to capture the rest is a tenth of what is
 * left.
 */
const noUnreadStacks = `
const stacks = process.env.PULUMI_DEBUG_PROMISE_LEAKS ? {} : {
  "@pulumi/pulumi/runtime/debuggable": (module) => {
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
  "@pulumi/pulumi/resource": ({ Resource }) => {
    if (Resource.callsites) Resource.callsites = () => [];
  },
};`;

/**
 * The SDK has its ts-node load TypeScript for every program: two fifths of the time of a small one in JavaScript. Where no
 * tsconfig.json has to be read, that waits for the first file in TypeScript; handlers of others may lie around ours by then.
 */
const typeScriptWhenMet = `
const compiler = {
  "@pulumi/pulumi/vendor/ts-node@7.0.1": (module) => {
    const { register } = module;
    const handlers = require("node:module")._extensions;
    const extensions = [".ts", ".tsx"];
    const taken = () => extensions.map((extension) => handlers[extension]);
    const put = (those) => {
      for (const [i, extension] of extensions.entries()) {
        if (those[i]) handlers[extension] = those[i];
        else delete handlers[extension];
      }
    };
    module.register = (options) => {
      if (!options.skipProject) return register(options);
      const before = taken();
      let registered;
      put(extensions.map((_, i) => (...file) => {
        if (registered === undefined) {
          const now = taken();
          put(before);
          try {
            register(options);
            registered = taken();
          } finally {
            put(now);
          }
        }
        return registered[i](...file);
      }));
    };
  },
};`;

/**
 * The SDK tells its engine of each resource in half a dozen messages for whoever debugs it, the whole answer among them, which
 * ours drops. Their texts stay unsent; the calls do not, for what a program does next waits for them.
 */
const noDebugTexts = `
const texts = {
  "@pulumi/pulumi/proto/engine_grpc_pb": ({ EngineClient }) => {
    const { log } = EngineClient.prototype;
    EngineClient.prototype.log = function (request, ...rest) {
      if (request.getSeverity() === 0) request.setMessage("");
      return log.call(this, request, ...rest);
    };
  },
  "@pulumi/pulumi/proto/resource_pb": ({ RegisterResourceResponse }) => {
    RegisterResourceResponse.prototype.toString = () => "";
  },
};`;

/** Each module gets its change when the SDK first asks for it, for the SDK loads them in an order of its own. */
const changedModules = `${noUnreadStacks}${typeScriptWhenMet}${noDebugTexts}
const messages = { "google-protobuf/google/protobuf/struct_pb": ${linearStructs} };
for (const [name, change] of Object.entries({ ...stacks, ...compiler, ...texts, ...messages })) {
  try {
    const need = require("node:module").createRequire(process.argv[1]);
    const file = need.resolve(name);
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
 * Together they are two thirds of the SDK's start. It finds in the cache of modules what loads them when they are asked
 * for something: a hook of the loader would stand in everybody's stacks. Of TypeScript it asks the version in any case, which
 * its package tells as well.
 */
const modulesSeldomUsed = `
for (const [name, isEsModule] of Object.entries(${JSON.stringify(seldom)})) {
  try {
    const need = require("node:module").createRequire(process.argv[1]);
    const file = need.resolve(name);
    const real = () => {
      if (require.cache[file] === standIn) delete require.cache[file];
      return need(file);
    };
    const exports = new Proxy(() => {}, {
      get: (_, key) => {
        if (key === "__esModule") return isEsModule;
        return name === "typescript" && key === "version" ? need("typescript/package.json").version : real()[key];
      },
      has: (_, key) => key in real(),
      apply: (_, self, args) => Reflect.apply(real(), self, args),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(real(), key);
        return found && { ...found, configurable: true };
      },
    });
    const standIn = require.cache[file] = { id: file, filename: file, loaded: true, children: [], exports };
  } catch {
    // A script without the SDK, or an SDK without the module.
  }
}`;

/** How programs load the SDK. */
export const lighterSdk = [changedModules, modulesSeldomUsed].join("");

/**
 * Node.js from 22 on keeps what it has compiled for the next process. `runMain` makes the script the main module, as if
 * node had been called with it.
 */
const start = `
require("node:module").enableCompileCache?.();
require("node:module").runMain();`;

/** What node evaluates before a script of the SDK, in its process. */
export const launcher = [endsWithUs, plainStacks, lighterSdk, start].join("");
