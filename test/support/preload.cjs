require("./typescript.cjs");

// Loaded before every test file. Laws draw their cases by one seed, so that a red run can be repeated and a green one stays
// green; MULTISITE_SEED=random draws others, and prints the seed of what fails.
const seed = process.env.MULTISITE_SEED ?? "20261127";
if (seed !== "random") require("fast-check").configureGlobal({ seed: Number(seed) });
// The type check before the tests has read the programs of examples/ and test/ too: their runs need not do it again.
process.env.PULUMI_NODEJS_TRANSPILE_ONLY ??= "true";

// Of what nobody catches the runner says the message alone.
process.on("uncaughtExceptionMonitor", (error) => console.error(error));

// Tests load the SDK as rehearsed programs do.
new Function("require", require("../../dist/rehearsal/engine/launcher.js").lighterSdk)(require);

// To tell which test an uncaught error belongs to, Node.js follows every promise by async hooks: two thirds of the time of a
// test that uses Pulumi, which makes them by the ten thousand. Told of its tests only, it still fails the file.
const hooks = require("node:async_hooks");
const { AsyncResource, createHook } = hooks;
let follow;
hooks.createHook = ({ init }) => {
  follow = init;
  return { enable() {}, disable() {} };
};
hooks.AsyncResource = class extends AsyncResource {
  constructor(type, options) {
    super(type, options);
    follow?.(this.asyncId(), type, this.triggerAsyncId(), this);
  }
};
require("node:test");
Object.assign(hooks, { AsyncResource, createHook });
