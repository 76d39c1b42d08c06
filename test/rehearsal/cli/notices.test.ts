import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { commandLine } from "../../support/commandLine";
import { temporaryFolder } from "../../support/folders";
import { writeProgram } from "../../support/multisite";

test("what a program and the engine have to say is shown once, with the resource that it is about", async (t) => {
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const kubeconfig = JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "c",
  contexts: [{ name: "c", context: { cluster: "k", user: "u" } }], users: [{ name: "u", user: { token: "t" } }],
  clusters: [{ name: "k", cluster: { server: "https://one:6443" } }] });
const provider = new k8s.Provider("cluster", { kubeconfig });
const space = new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } }, { provider, import: "shop" });
pulumi.log.warn("the shop is old", space);
pulumi.log.info("by the way");
pulumi.log.error("the till is empty", space);
pulumi.log.debug("never mind");
`,
  );
  const { exit, stderr } = await commandLine(["rehearse", dir]);
  assert.equal(exit, 0, stderr);
  const lines = stderr.split("\n");
  for (const line of [
    "warning: kubernetes:core/v1:Namespace::shop: the shop is old",
    "kubernetes:core/v1:Namespace::shop: is made and not imported (id shop): in a rehearsal there is nothing yet that could be imported",
    "by the way",
    "error: kubernetes:core/v1:Namespace::shop: the till is empty",
  ])
    assert.equal(lines.filter((each) => each === line).length, 1, `${line}\n${stderr}`);
  assert.doesNotMatch(stderr, /never mind/);
});

test("what the engine has to say of a policy pack's configuration is shown once", async (t) => {
  const dir = temporaryFolder(t);
  writeProgram(dir, "");
  const file = join(dir, "policies.json");
  writeFileSync(file, JSON.stringify({ "n1-013-demand-truht": "mandatory" }));
  const { exit, stderr } = await commandLine([
    "rehearse",
    dir,
    "--policy-pack",
    "policy",
    "--policy-pack-config",
    file,
  ]);
  assert.equal(exit, 0, stderr);
  const told = stderr.split("\n").filter((line) => line.includes("n1-013-demand-truht"));
  assert.deepEqual(told, [
    "warning: the policy pack multisite has no policy n1-013-demand-truht: did you mean n1-013-demand-truth?",
  ]);
});
