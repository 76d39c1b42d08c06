import assert from "node:assert/strict";
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findCli, linkLanguageHost } from "../../../rehearsal/pulumi/cli";
import { temporaryFolder } from "../../support/folders";

const HOST = "pulumi-language-nodejs";

test("the host of programs is found beside the CLI, and is made a plugin where it lies elsewhere", (t) => {
  const folder = temporaryFolder(t);
  const at = (...names: string[]) => join(folder, ...names);
  for (const name of ["together", "apart", "other", "links"]) mkdirSync(at(name));
  for (const file of [at("together", "pulumi"), at("together", HOST), at("apart", "pulumi"), at("other", HOST)])
    writeFileSync(file, "", { mode: 0o755 });
  symlinkSync(at("together", "pulumi"), at("links", "pulumi"));
  const path = [at("links"), at("other")].join(":");
  assert.equal(findCli(path), at("links", "pulumi"));

  linkLanguageHost(findCli(path), at("home"), path);
  assert.ok(!existsSync(at("home")), "a CLI looks beside what a link leads to");
  linkLanguageHost(at("apart", "pulumi"), at("home"), at("apart"));
  assert.ok(!existsSync(at("home")), "what is nowhere is for the CLI to miss");
  linkLanguageHost(at("apart", "pulumi"), at("home"), path);
  const { version } = require("@pulumi/pulumi/package.json") as { version: string };
  const linked = at("home", "plugins", `language-nodejs-v${version}`, HOST);
  assert.equal(realpathSync(linked), realpathSync(at("other", HOST)));
});
