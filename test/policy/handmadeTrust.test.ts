import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession } from "../../rehearsal/engine";

const PROGRAM = join(__dirname, "../programs/handmadeTrust");
const PACK = join(__dirname, "../../dist/policy");

/** What the pack says of a program that knows nothing of this library, when it is run for real. */
async function violations(wrong: string | undefined) {
  const session = await openSession({
    ...{ projectDir: PROGRAM, sources: [simulatedClouds({ moduleRoots: [PROGRAM] })], policyPacks: [{ dir: PACK }] },
    ...(wrong !== undefined && { config: { wrong } }),
  });
  try {
    const { exit, violations: found, diagnostics } = await session.up();
    const said = found
      .filter(({ level }) => level === "mandatory")
      .map(({ policy, message }) => `${policy} ${message}`);
    return { exit, said, text: JSON.stringify([found, diagnostics]) };
  } finally {
    await session.close();
  }
}

const CASES: readonly (readonly [string, RegExp])[] = [
  ["unprotected", /^tr-001-root-kept .*Root ca is not protected/s],
  ["long", /^tr-002-certificate-terms .*Leaf server lives 9600 h: give 9552/s],
  ["bundle", /^tr-003-bundle-roots-only .*certificate 2 \(CN=server\) is no CA: a bundle holds roots only/s],
  ["key", /^tr-004-authority-keys .*Secret kube-system\/cilium-ca holds the key of the root CN=made by hand/s],
];

describe("certificates made by hand", () => {
  it("are taken when they are right", async () => {
    const { exit, said } = await violations(undefined);
    assert.deepEqual([exit, said.filter((one) => one.startsWith("tr-"))], [0, []]);
  });

  for (const [wrong, message] of CASES) {
    it(`are blocked: ${wrong}`, async () => {
      const { exit, said, text } = await violations(wrong);
      assert.equal(exit, 1);
      assert.ok(
        said.some((one) => message.test(one)),
        said.join("\n"),
      );
      assert.doesNotMatch(text, /PRIVATE KEY/);
    });
  }
});
