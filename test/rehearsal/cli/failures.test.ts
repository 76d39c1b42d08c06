import assert from "node:assert/strict";
import { test } from "node:test";
import { failureText } from "../../../rehearsal/commands/program";
import { commandLine } from "../../support/commandLine";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";
import { existingSite, kubeconfigOf } from "../../support/specs";

const NAMES = ["oslo", "turin"];
const sites = NAMES.map((name, i) =>
  existingSite(name, i + 1, {
    cidrs: { nodes: [`192.168.${i}.0/24`], pods: [`172.2${i}.0.0/16`], services: [`172.3${i}.0.0/16`] },
  }),
);
const args = JSON.stringify({
  spec: { demand: { cpu: 4 }, sites },
  kubeconfigs: Object.fromEntries(NAMES.map((name) => [name, kubeconfigOf(name)])),
});
const fleet = (name: string) => `new Fleet("${name}", { kinds: [existing], ...${args} });\n`;
const IMPORT = 'const { existing, Fleet } = require("pulumi-multisite");\n';

test("two fleets of one site's name are told as what they are", async (t) => {
  const dir = temporaryFolder(t);
  writeProgram(dir, `${IMPORT}${fleet("shop")}${fleet("bank")}`);
  const { exit, stderr } = await commandLine(["rehearse", dir]);
  assert.equal(exit, 2);
  assert.match(stderr, /The program has 2 fleets \(shop, bank\): one program is one fleet; put each in its own\./);
});

test("a site that is named twice is lost once", async (t) => {
  const dir = temporaryFolder(t);
  writeProgram(dir, `${IMPORT}${fleet("shop")}`);
  const once = await commandLine(["plan", dir, "--lose", "oslo"]);
  const twice = await commandLine(["plan", dir, "--lose", "oslo", "--lose", "oslo"]);
  assert.match(once.stdout, /^Losing oslo$/m);
  assert.equal(twice.stdout, once.stdout);
});

test("a program in TypeScript that Node does not read is told without a stack trace", () => {
  const message = `Running program '/shop/index.ts' failed with an unhandled exception:
TypeError: Unknown file extension ".ts" for /shop/index.ts
    at Object.getFileProtocolModuleFormat [as file:] (node:internal/modules/esm/get_format:189:9) {
  code: 'ERR_UNKNOWN_FILE_EXTENSION'
}`;
  const text = failureText({ diagnostics: [{ severity: "error", urn: "", message }], resources: [] });
  assert.match(
    text,
    /^\/shop\/index\.ts is an ES module, .* nodeargs: "--import tsx" .* or take "type" out of package\.json\.$/,
  );
});
