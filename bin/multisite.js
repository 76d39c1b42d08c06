#!/usr/bin/env node

// The command `multisite`. In a checkout that was never built it makes itself ready first.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// Node.js from 22 on starts the next run from what it has compiled in this one.
require("node:module").enableCompileCache?.();

const root = join(__dirname, "..");
const cli = join(root, "dist", "rehearsal", "cli.js");
if (!existsSync(cli)) {
  const { status } = require("node:child_process").spawnSync(process.execPath, [join(root, "scripts", "setup.mjs")], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) process.exit(2);
}
require(cli).main(process.argv);
