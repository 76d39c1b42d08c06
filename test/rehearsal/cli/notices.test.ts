import assert from "node:assert/strict";
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
  ])
    assert.equal(lines.filter((each) => each === line).length, 1, `${line}\n${stderr}`);
  assert.doesNotMatch(stderr, /never mind/);
});
