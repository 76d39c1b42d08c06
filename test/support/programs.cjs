// How programs in TypeScript that tests run are read: as tests are, where the compiler has compiled them. The SDK's ts-node
// loads the compiler for each, a seventh of what such tests take. Programs elsewhere run as everybody's, and so do those of a
// test that unsets MULTISITE_COMPILED. Loaded by every process that `npm test` starts.
const { existsSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");

const compiled = process.env.MULTISITE_COMPILED;
const given = process.argv.find((argument) => argument.startsWith("--pwd="));
if (compiled && given) {
  const folder = relative(dirname(dirname(__dirname)), given.slice("--pwd=".length));
  if (!folder.startsWith("..") && existsSync(join(compiled, folder))) {
    process.env.PULUMI_NODEJS_TYPESCRIPT = "false";
    require("./typescript.cjs");
  }
}
