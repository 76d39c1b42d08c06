// How programs in TypeScript that tests run are read: as tests are, where the compiler has compiled them. The SDK's ts-node
// loads the compiler for each, a seventh of what such tests take. Programs elsewhere run as everybody's, and so do those of a
// test that unsets MULTISITE_COMPILED. Loaded by every process that `npm test` starts.
const { existsSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");

const compiled = process.env.MULTISITE_COMPILED;
if (compiled && isCompiled(process.argv)) {
  process.env.PULUMI_NODEJS_TYPESCRIPT = "false";
  require("./typescript.cjs");
}

/** Whether the compiler has compiled the program that the SDK's start script is given by these arguments. */
function isCompiled(args) {
  const given = args.find((argument) => argument.startsWith("--pwd="));
  if (given === undefined) return false;
  const folder = relative(dirname(dirname(__dirname)), given.slice("--pwd=".length));
  return !folder.startsWith("..") && existsSync(join(compiled, folder));
}

module.exports = { isCompiled };
