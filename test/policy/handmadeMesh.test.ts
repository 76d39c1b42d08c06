import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { simulatedClouds } from "../../rehearsal/clouds";
import { openSession } from "../../rehearsal/engine";

const PROGRAM = join(__dirname, "../programs/handmadeMesh");
const PACK = join(__dirname, "../../dist/policy");

function open(wrong: string | undefined) {
  return openSession({
    ...{ projectDir: PROGRAM, sources: [simulatedClouds({ moduleRoots: [PROGRAM] })], policyPacks: [{ dir: PACK }] },
    ...(wrong !== undefined && { config: { wrong } }),
  });
}

/** What the rules of the mesh say of a program that knows nothing of this library, at its first preview. */
async function violations(wrong?: string): Promise<string[]> {
  const session = await open(wrong);
  try {
    const { violations: found } = await session.preview();
    const ours = found.filter(({ policy }) => policy.startsWith("me-"));
    for (const { policy, level } of ours) assert.equal(level, "mandatory", policy);
    return ours.map(({ policy, message }) => `${policy} ${message}`);
  } finally {
    await session.close();
  }
}

/** What is wrong with one Cilium, found before it is installed. */
const INSTALLED: Readonly<Record<string, RegExp>> = {
  pods: /^me-002-ranges-disjoint .*The pods of frankfurt \(10\.101\.0\.0\/16\) overlap the pods of dublin/s,
  ttl: /^me-003-cache-ttl .*Cilium at dublin has clustermesh\.cacheTTL 0s/s,
  plain: /^me-006-one-encryption .*wireguard at frankfurt; none at dublin/s,
  old: /^me-007-version-skew .*Cilium 1\.17\.4 at dublin never/s,
};
/** What shows in the resources around it. */
const OPEN = /^me-009-openings-to-peers .*dublin opens 8472\/udp \(vxlan\) of the mesh to 0\.0\.0\.0\/0: give 10\.1/s;

describe("a mesh made by hand", () => {
  it("is taken when it is right, before its clusters exist", async () => {
    assert.deepEqual(await violations(), []);
  });

  it("is stopped before the second of two with one id is installed, also without a preview", async () => {
    const session = await open("id");
    try {
      const { violations: found, failure, resources } = await session.up();
      assert.equal(failure, "policy");
      assert.match(
        found.map(({ message }) => message).join("\n"),
        /at dublin has cluster\.id 1, which frankfurt has already/,
      );
      const installed = resources
        .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
        .map(({ name }) => name);
      assert.deepEqual(installed, ["frankfurt"]);
    } finally {
      await session.close();
    }
  });

  it("is refused for all that is wrong with it at once", async () => {
    const found = await violations(Object.keys(INSTALLED).join(" "));
    for (const [wrong, message] of Object.entries(INSTALLED)) {
      assert.ok(
        found.some((one) => message.test(one)),
        `${wrong}: ${found.join("\n") || "nothing is refused"}`,
      );
    }
    assert.equal(new Set(found.map((one) => one.split(" ")[0])).size, Object.keys(INSTALLED).length, found.join("\n"));
  });

  it("is refused when its ports are open to everybody", async () => {
    const found = await violations("open");
    assert.ok(
      found.some((one) => OPEN.test(one)),
      found.join("\n") || "nothing is refused",
    );
  });
});
