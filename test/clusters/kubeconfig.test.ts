import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { kubeconfigText } from "../../lib/clusters/kubeconfig";

const TOKEN = ["eks", "--cluster", "frankfurt", "--region", "eu-central-1"];
const SERVER = "https://abc.gr7.eks.amazonaws.com";

test("a kubeconfig is one cluster, one user and one context, and YAML", () => {
  const config = parse(kubeconfigText("frankfurt", SERVER, "Y2E=", TOKEN));
  assert.equal(config["current-context"], "frankfurt");
  assert.deepEqual(config.contexts, [{ name: "frankfurt", context: { cluster: "frankfurt", user: "frankfurt" } }]);
  assert.deepEqual(config.clusters, [
    { name: "frankfurt", cluster: { server: SERVER, "certificate-authority-data": "Y2E=" } },
  ]);
});

test("its user is a command of the project, which fetches a token and is never asked anything", () => {
  const { exec } = parse(kubeconfigText("frankfurt", SERVER, "Y2E=", TOKEN)).users[0].user;
  assert.equal(exec.apiVersion, "client.authentication.k8s.io/v1");
  assert.equal(exec.interactiveMode, "Never");
  assert.equal(exec.command, "npx");
  assert.deepEqual(exec.args, ["--no-install", "multisite", "token", ...TOKEN]);
});

test("where a public authority signs, no authority is named: an empty one would be trusted by nobody", () => {
  const [{ cluster }] = parse(kubeconfigText("belgium", SERVER, undefined, ["gke"])).clusters;
  assert.deepEqual(cluster, { server: SERVER });
});

test("equal facts give equal text, which is what keeps a second run without changes", () => {
  assert.equal(kubeconfigText("a", SERVER, "Y2E=", TOKEN), kubeconfigText("a", SERVER, "Y2E=", [...TOKEN]));
});
