import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Deployment, openSession, type RunResult, saveDeployment } from "../../../rehearsal/engine";
import { temporaryFolder } from "../../support/folders";
import { labProject } from "./lab";

/** Runs a program once, and hands out what it left. */
async function ran(t: TestContext, code: string, references: { [stack: string]: string } = {}, state?: Deployment) {
  const project = labProject(code);
  t.after(() => project.remove());
  const session = await openSession({ projectDir: project.dir, sources: [], references, ...(state && { state }) });
  try {
    const preview = await session.preview();
    const up = await session.up();
    return { preview, up, deployment: session.deployment() };
  } finally {
    await session.close();
  }
}

const LEFT = `exports.open = { port: 443, hosts: ["a", "b"] };
exports.password = pulumi.secret("open-sesame-9");
exports.nested = { plain: 1, key: pulumi.secret("open-sesame-9") };`;
const READ = `const left = new pulumi.StackReference("acme/shop/trust");
exports.open = left.getOutput("open");
exports.host = left.requireOutput("open").apply(({ hosts }) => hosts[1]);
exports.password = left.requireOutput("password");
exports.length = pulumi.unsecret(left.requireOutput("nested").apply(({ key }) => key.length));
exports.none = left.getOutput("none").apply((one) => one === undefined);
left.getOutputDetails("password").then(({ secretValue }) => console.log("it is", secretValue));`;

function errorsOf({ diagnostics }: RunResult): string {
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");
}

test("a program reads what another stack left, and its secrets stay secret", async (t) => {
  const { deployment } = await ran(t, LEFT);
  const file = join(temporaryFolder(t), "trust.json");
  await saveDeployment(file, deployment);
  assert.doesNotMatch(readFileSync(file, "utf8"), /open-sesame/);
  const first = await ran(t, READ, { "acme/shop/trust": file });
  for (const result of [first.preview, first.up]) {
    assert.equal(result.exit, 0, errorsOf(result));
    const { open, host, length, none } = result.stackOutputs;
    assert.deepEqual([open, host, length, none], [{ port: 443, hosts: ["a", "b"] }, "b", 13, true]);
    assert.doesNotMatch(JSON.stringify(result), /open-sesame/);
  }
  assert.doesNotMatch(JSON.stringify(first.deployment), /open-sesame/);
  const reference = first.deployment.deployment.resources?.find(({ type }) => type === "pulumi:pulumi:StackReference");
  assert.ok(reference);
  assert.deepEqual(
    [reference.id, reference.external, (reference.outputs as { secretOutputNames: string[] }).secretOutputNames],
    ["acme/shop/trust", true, ["nested", "password"]],
  );
  const second = await ran(t, READ, { "acme/shop/trust": file }, first.deployment);
  assert.deepEqual([...new Set(second.up.steps.map(({ op }) => op))].sort(), ["read", "same"]);
});

test("a stack whose state was not given is refused by its name, with what to give", async (t) => {
  const { up } = await ran(t, READ);
  assert.equal(up.failure, "refused");
  assert.match(errorsOf(up), /outputs of stack acme\/shop\/trust: .* by --reference acme\/shop\/trust=FILE/);
});

test("a preview may take a stack whose state was not given for unknown, and an update may not", async (t) => {
  const project = labProject(READ);
  t.after(() => project.remove());
  const session = await openSession({ projectDir: project.dir, sources: [], missingStacks: "unknown" });
  try {
    const preview = await session.preview();
    assert.equal(preview.exit, 0, errorsOf(preview));
    assert.equal((await session.up()).failure, "refused");
  } finally {
    await session.close();
  }
});

test("files that hold no state of a stack are refused, all at once", async (t) => {
  const folder = temporaryFolder(t);
  const files = {
    "a/b/none": join(folder, "none"),
    "a/b/odd": join(folder, "odd"),
    "a/b/empty": join(folder, "empty"),
  };
  writeFileSync(files["a/b/odd"], "S3CR3T {");
  writeFileSync(files["a/b/empty"], JSON.stringify({ version: 3, deployment: { manifest: {}, resources: [] } }));
  await assert.rejects(
    ran(t, "", files),
    ({ message }: Error) =>
      /--reference a\/b\/none=.*: there is no such file/.test(message) &&
      /--reference a\/b\/odd=.*is not JSON/.test(message) &&
      /--reference a\/b\/empty=.*: it is no state of one stack/.test(message),
  );
});
