import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { commandLine } from "../../support/commandLine";
import { writeProgram } from "../../support/multisite";
import { existingSite, kubeconfigOf } from "../../support/specs";

const CANARY = "swordfish";

const spec = {
  demand: { cpu: 4 },
  sites: ["oslo", "turin"].map((name, i) =>
    existingSite(name, i + 1, {
      cidrs: { nodes: [`192.168.${i}.0/24`], pods: [`172.2${i}.0.0/16`], services: [`172.3${i}.0.0/16`] },
    }),
  ),
};

/** Sites that exist, whose kubeconfigs are what an expression of the configuration makes. */
const PROGRAM = `const pulumi = require("@pulumi/pulumi");
const { existing, Fleet } = require("pulumi-multisite");
const given = new Function("pulumi", "kubeconfig", "require", "return " + new pulumi.Config().require("given"));
const kubeconfig = (site) => JSON.parse(${JSON.stringify(kubeconfigOf("SITE", { token: CANARY }))}.replaceAll("SITE", site));
new Fleet("sample", { kinds: [existing], spec: ${JSON.stringify(spec)}, kubeconfigs: given(pulumi, kubeconfig, require) });
`;

const dir = mkdtempSync(join(tmpdir(), "multisite-existing-"));
before(() => writeProgram(dir, PROGRAM));
after(() => rmSync(dir, { recursive: true, force: true }));

const rehearse = (given: string) => commandLine(["rehearse", dir, "-c", `given=(${given})`]);

const of = (turin: string) => `{ oslo: JSON.stringify(kubeconfig("oslo")), turin: ${turin} }`;
const without = (change: string) => of(`JSON.stringify({ ...kubeconfig("turin"), ${change} })`);

describe("a site that exists", () => {
  for (const [title, given, got] of [
    ["an output that another stack does not have", of("pulumi.output(undefined)"), "nothing"],
    ["null", of("null"), "nothing"],
    ["an empty secret", of('pulumi.secret("")'), "an empty text"],
    ["a number", of("5"), "a value of type number"],
    ["no current context", without('"current-context": ""'), "one that leads to none (which is not shown)"],
    ["a context of no cluster", without("clusters: []"), "one that leads to none (which is not shown)"],
    ["lists that are none", without("contexts: 1"), "one that leads to none (which is not shown)"],
  ] as const) {
    it(`is not built by ${title}`, async () => {
      const { exit, stdout, stderr } = await rehearse(given);
      assert.equal(exit, 2, stdout + stderr);
      const told = stderr.split("\n").filter((line) => line.includes("kubeconfigs."));
      assert.equal(told.length, 1, stderr);
      assert.ok(
        told[0]!.includes(
          `kubeconfigs.turin must be the text of a kubeconfig whose current-context leads to a server, or the path of its file, got ${got}. `,
        ),
        stderr,
      );
      assert.ok(!(stdout + stderr).includes(CANARY), "no word of the text is shown");
      assert.doesNotMatch(stderr, /^ +at /m, "and no stack trace");
    });
  }

  for (const [title, given] of [
    ["text that is no kubeconfig", of(`pulumi.secret("${CANARY}")`)],
    ["text that is not even YAML", of(`"${CANARY} not: [a"`)],
    ["the address of a server", of(`"https://${CANARY}.example.com"`)],
    ["a kubeconfig in base64", of(`"${CANARY}/".repeat(110)`)],
  ] as const) {
    it(`is told to be down with ${title}`, async () => {
      const { exit, stdout, stderr } = await rehearse(given);
      assert.equal(exit, 0, stdout + stderr);
      assert.match(
        stderr,
        /kubeconfigs\.turin must be the text of a kubeconfig .*, and is a text that is neither \(which is not shown\): to the Kubernetes provider site "turin" is down\./,
      );
      assert.ok(!(stdout + stderr).includes(CANARY), "no word of the text is shown");
    });
  }

  const at = (server: string) =>
    `JSON.stringify({ ...kubeconfig("c"), clusters: [{ name: "c", cluster: { server: "${server}" } }] })`;
  const both = (one: string, other: string) => `{ oslo: ${at(one)}, turin: pulumi.secret(${at(other)}) }`;

  it("is not another one", async () => {
    const { exit, stderr } = await rehearse(both("https://k8s.acme.io", "https://K8S.acme.io:443/"));
    assert.equal(exit, 2, stderr);
    assert.match(
      stderr,
      /kubeconfigs\.oslo and kubeconfigs\.turin lead to one server: two sites of one cluster are lost/,
    );
    assert.ok(!stderr.includes(CANARY));
  });

  it("may have a server that is nobody's, as examples do", async () => {
    for (const server of ["https://k8s.example.com", "https://127.0.0.1:6443", "https://site.test/a"]) {
      const { exit, stderr } = await rehearse(both(server, server));
      assert.equal(exit, 0, stderr);
    }
  });

  it("may have a kubeconfig that the update makes, and is judged by it then", async () => {
    const later = (text: string) =>
      of(`new (require("@pulumi/tls").PrivateKey)("late", { algorithm: "ED25519" }).id.apply(() => ${text})`);
    const made = await rehearse(later('JSON.stringify(kubeconfig("turin"))'));
    assert.equal(made.exit, 0, made.stdout + made.stderr);
    const empty = await rehearse(later('""'));
    assert.equal(empty.exit, 2, empty.stdout);
    assert.match(empty.stderr, /kubeconfigs\.turin must be .*, got an empty text\./);
  });

  it("may be one of many behind a proxy, and its kubeconfig a file or YAML", async () => {
    const behind = (site: string) =>
      `JSON.stringify({ ...kubeconfig("${site}"), clusters: [{ name: "${site}", cluster: { server: "https://proxy", "tls-server-name": "${site}" } }] })`;
    const yaml =
      '"clusters: [{ name: c, cluster: { server: turin } }]\\ncontexts: [{ name: c, context: { cluster: c } }]\\ncurrent-context: c\\n"';
    for (const given of [
      `{ oslo: ${behind("oslo")}, turin: ${behind("turin")} }`,
      of(yaml),
      '{ oslo: "~/.kube/oslo", turin: "C:\\\\kube\\\\turin" }',
    ]) {
      const { exit, stdout, stderr } = await rehearse(given);
      assert.equal(exit, 0, given + stdout + stderr);
    }
  });
});
