import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Canaries } from "../support/canaries";
import { commandLine } from "../support/commandLine";
import { temporaryFolder } from "../support/folders";
import { multisite, ROOT, writeProgram } from "../support/multisite";
import { intermediate, root } from "./certificates";

test("rules that refuse a key show nothing of it, on the screen, in the report and in the state", async (t) => {
  const g1 = root("shop root g1");
  const below = intermediate(g1, "an intermediate");
  const canaries = new Canaries()
    .add("root", g1.keyPem)
    .add("intermediate", below.keyPem)
    .add("token", "S3CR3T-token-11");
  const dir = temporaryFolder(t);
  writeProgram(
    dir,
    `const pulumi = require("@pulumi/pulumi");
const { Secret } = require("@pulumi/kubernetes/core/v1/secret");
const { ConfigMap } = require("@pulumi/kubernetes/core/v1/configMap");
const { SelfSignedCert } = require("@pulumi/tls/selfSignedCert");
const key = pulumi.secret(${JSON.stringify(g1.keyPem)});
const metadata = (name) => ({ namespace: "kube-system", name });
new Secret("ca", { metadata: metadata("ca"), stringData: { "tls.crt": ${JSON.stringify(g1.certPem)}, "tls.key": key } });
const site = new Secret("site", { metadata: metadata("site"), stringData: { "tls.crt": ${JSON.stringify(below.certPem)}, "tls.key": pulumi.secret(${JSON.stringify(below.keyPem)}), token: pulumi.secret("S3CR3T-token-11") } });
new ConfigMap("roots", { metadata: metadata("cilium-root-ca.crt"), data: { "ca.crt": pulumi.interpolate\`${g1.certPem.replaceAll("\n", "\\n")}\${key}\` } });
new SelfSignedCert("root", { privateKeyPem: key, isCaCertificate: true, allowedUses: ["cert_signing"], validityPeriodHours: 100, earlyRenewalHours: 50, subject: { commonName: "root" } });
site.urn.apply(() => console.log("the token is", "S3CR3T-token-11"));
`,
  );
  const files = { report: join(dir, "report.json"), state: join(dir, "state.json") };
  const common = ["rehearse", dir, "--state", files.state];
  const refused = await multisite([...common, "--policy-pack", join(ROOT, "policy")]);
  assert.equal(refused.exit, 1, refused.stderr);
  assert.match(refused.stdout, /tr-001/);
  assert.match(refused.stdout, /tr-004/);
  const built = await commandLine([...common, "--json", files.report]);
  assert.notEqual(built.exit, 2, built.stderr);
  const texts = [refused.stdout, refused.stderr, built.stdout, built.stderr];
  texts.push(readFileSync(files.report, "utf8"), readFileSync(files.state, "utf8"));
  for (const text of texts) assert.deepEqual(canaries.in(text), []);
  assert.deepEqual(canaries.in(readFileSync(join(dir, "index.js"), "utf8").replaceAll("\\n", "\n")).sort(), [
    "intermediate",
    "root",
    "token",
  ]);
});
