// A process that runs programs one after the other, each by the SDK's own start script as a process of its own would, until one
// of them ends it by process.exit, leaves something unanswered, or says something that is not heard. What programs load
// again is loaded once, which is most of what small ones cost. See hostedPrograms.cjs, which starts it.
const { dirname, join, sep } = require("node:path");
const { setImmediate: nextTurn } = require("node:timers/promises");
const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const { getGlobalStore } = require("@pulumi/pulumi/runtime/state");
require("./typescript.cjs");

const EVENTS = ["beforeExit", "exit", "uncaughtException", "unhandledRejection", "SIGINT", "SIGTERM"];
/**
 * How often the event loop is found empty before a program has ended: the SDK asks for one turn to be the last of those who wait
 * for that, and tells the engine in the next; programs may do as much after it.
 */
const EMPTY_TURNS = 4;

const root = dirname(dirname(__dirname));
const start = dirname(require.resolve("@pulumi/pulumi/cmd/run"));
const listenersBefore = new Map(EVENTS.map((event) => [event, process.listeners(event)]));

/**
 * The SDK sends what is said one after the other, and nothing more after what finds the connection to the engine closed; what is
 * said after a program's end opens it anew. Both would take the words of the next program.
 */
let isOver = false;
let isLate = false;
let isIdle = false;
const { log } = EngineClient.prototype;
EngineClient.prototype.log = function (...call) {
  if (isIdle) process.exit();
  isLate ||= isOver;
  try {
    return log.apply(this, call);
  } catch (error) {
    isLate = true;
    throw error;
  }
};

process.on("message", run);
process.on("disconnect", () => process.exit());

function run({ script, args, cwd, env }) {
  isOver = false;
  isIdle = false;
  process.send({});
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, script, ...args];
  process.exitCode = undefined;
  const { resourcePackages, resourceModules } = globalThis.globalStore ?? {};
  globalThis.globalStore = undefined;
  for (const file of Object.keys(require.cache)) if (isOfOneProgram(file)) delete require.cache[file];
  // Nothing but the program keeps the process busy.
  process.channel.unref();
  let turns = 0;
  const onEmpty = () => {
    if (++turns <= EMPTY_TURNS) setImmediate(() => {});
    else void end();
  };
  require(script);
  // Packages enter themselves there when they are loaded, which is once.
  if (resourcePackages !== undefined) Object.assign(getGlobalStore(), { resourcePackages, resourceModules });
  process.on("beforeExit", onEmpty);
}

function isOfOneProgram(file) {
  if (file.startsWith(start)) return true;
  if (file.includes(`${sep}node_modules${sep}`)) return false;
  return !["dist", "lib", "test/support"].some((folder) => file.startsWith(join(root, folder) + sep));
}

async function end() {
  const isAnswered = await areCallsAnswered();
  isOver = true;
  const active = process.getActiveResourcesInfo().length;
  process.emit("exit", process.exitCode ?? 0);
  const leavesMore = process.getActiveResourcesInfo().length > active;
  const code = process.exitCode ?? 0;
  for (const [event, before] of listenersBefore) {
    for (const listener of process.listeners(event)) if (!before.includes(listener)) process.off(event, listener);
  }
  await nextTurn();
  if (!isAnswered || isLate || leavesMore) process.exit(code);
  isIdle = true;
  process.exitCode = undefined;
  process.channel.ref();
  for (const stream of [process.stdout, process.stderr]) stream.write("\0\n");
  process.send({ code });
}

/**
 * Whether all that the program asked of its engine was answered. The SDK sends messages one after the other: one that waits for a
 * resource that never was made would hold back those of the next program.
 */
async function areCallsAnswered() {
  let isAnswered = false;
  const answered = () => {
    isAnswered = true;
  };
  getGlobalStore().settings.rpcDone.then(answered, answered);
  await nextTurn();
  return isAnswered;
}
