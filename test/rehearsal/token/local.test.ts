import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import { siteTokens } from "../../../rehearsal/clusters/sites/tokens";
import { token } from "../../../rehearsal/token";
import { LOCAL_TOKENS } from "../../../rehearsal/token/local";
import { UserError } from "../../../rehearsal/userError";
import { temporaryFolder } from "../../support/folders";
import { aksSite, eksSite, existingSite, fleetSpec, gkeSite } from "../../support/specs";

const { sites } = fleetPlan(
  fleetSpec([
    eksSite("frankfurt", 1),
    gkeSite("belgium", 2),
    gkeSite("iowa", 3, { region: "us-central1" }),
    aksSite("amsterdam", 4),
    existingSite("munich", 5),
  ]),
);

test("while sites run on this machine, their tokens are answered and no cloud is asked", async (t) => {
  const { bySite, byAudience } = siteTokens(sites);
  const file = join(temporaryFolder(t), "tokens.json");
  writeFileSync(file, JSON.stringify(byAudience));
  process.env[LOCAL_TOKENS] = file;
  t.after(() => delete process.env[LOCAL_TOKENS]);
  const now = new Date("2026-11-27T12:00:00.500Z");
  const nobody = { load: () => assert.fail("asked for a cloud's package"), now: () => now };
  const tokenOf = async (
    ...asked: Parameters<typeof token> extends [infer K, infer O, ...unknown[]] ? [K, O] : never
  ) => (await token(...asked, nobody)).status;

  assert.deepEqual(await tokenOf("eks", { cluster: "frankfurt", region: "eu-central-1" }), {
    token: bySite.get("frankfurt"),
    expirationTimestamp: "2026-11-27T13:00:00Z",
  });
  // A role is assumed in the same account: it leads to the same cluster.
  const assumed = { cluster: "frankfurt", region: "eu-central-1", roleArn: "arn:aws:iam::111122223333:role/up" };
  assert.equal((await tokenOf("eks", assumed)).token, bySite.get("frankfurt"));
  assert.equal((await tokenOf("gke", { project: "shop-production" })).token, bySite.get("belgium"));
  assert.equal(bySite.get("iowa"), bySite.get("belgium"), "one project, one user");
  const tenant = "55555555-6666-7777-8888-999999999999";
  assert.equal((await tokenOf("aks", { tenant })).token, bySite.get("amsterdam"));
  assert.equal(new Set(bySite.values()).size, 4);

  const refused = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, message);
    for (const secret of bySite.values()) assert.ok(!error.message.includes(secret));
    return true;
  };
  await assert.rejects(tokenOf("gke", { project: "other" }), refused(/no site on this machine is "gke other"/));
  await assert.rejects(
    tokenOf("eks", { cluster: "frankfurt", region: "eu-west-1" }),
    refused(/eks eu-west-1 frankfurt/),
  );
  writeFileSync(file, `{ "gke shop-production": "${bySite.get("belgium")}"`);
  await assert.rejects(tokenOf("gke", { project: "shop-production" }), refused(/cannot be read: it is no JSON/));
  process.env[LOCAL_TOKENS] = join(file, "nowhere");
  await assert.rejects(tokenOf("gke", { project: "shop-production" }), refused(/cannot be read: ENOTDIR/));
});
