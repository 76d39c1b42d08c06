// How tests, and the processes that they start, read TypeScript. The type check before `npm test` compiles all of it into the
// folder that MULTISITE_COMPILED names: to read that takes half of the time in which tsx finds and unpacks its own copies of
// some hundred modules, in each of hundreds of processes. Without the variable, for files by hand, tsx does it: beside
// `--import tsx`, which reads what import() asks for.
const { existsSync, readFileSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");

/** As the compiler leaves `import("./one.js")`; what is required is `"./one"`. */
const OWN_IMPORT = /\bimport\(("\.[^"]*)\.js"\)/g;

const folder = process.env.MULTISITE_COMPILED;
if (folder === undefined) require("tsx/cjs");
else readCompiled(folder);

function readCompiled(folder) {
  const root = dirname(dirname(__dirname));
  const compiledOf = (file) => join(folder, relative(root, file).replace(/\.ts$/, ".js"));
  // The name stays the source's, so that what a file finds beside itself is found.
  require.extensions[".ts"] = (module, file) => {
    const code = readFileSync(compiledOf(file), "utf8");
    // import() is Node.js's own, and finds no TypeScript.
    module._compile(code.replace(OWN_IMPORT, 'Promise.resolve().then(() => require($1"))'), file);
  };
  // Lines of stacks are those of the sources; the maps are read by who reads a stack.
  Error.prepareStackTrace = (error, frames) => {
    delete Error.prepareStackTrace;
    require("source-map-support").install({
      handleUncaughtExceptions: false,
      retrieveSourceMap: (file) => {
        const url = `${compiledOf(file)}.map`;
        return file.endsWith(".ts") && existsSync(url) ? { url, map: readFileSync(url, "utf8") } : null;
      },
    });
    return Error.prepareStackTrace(error, frames);
  };
}
