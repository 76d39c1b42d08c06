import assert from "node:assert/strict";
import { test } from "node:test";
import { legalSteps, phaseOf } from "../../lib/plan/trustPhases";
import type { Deployment } from "../../rehearsal/engine";
import { CLIENT, connection, givenTo, isFor, openedState, SERVER } from "./given";
import { SITES, STEADY, trustProgram } from "./program";
import { errors, unprotected, updated } from "./updates";

/** Links of each site's client to each other site's server, by what the state says that the sites hold. */
async function linksUp(left: Deployment): Promise<number> {
  const given = givenTo(openedState(left));
  const [servers, clients] = [SERVER, CLIENT].map((use) => given.filter((one) => isFor(use, one)));
  let up = 0;
  for (const server of servers!) {
    for (const client of clients!.filter(({ site, name }) => site !== server.site && name.includes("remote"))) {
      if ((await connection(server, client)) === undefined) up++;
    }
  }
  return up;
}

test("a rotation is runs of the program: six of six links after each, and the old root's key is gone at the end", async (t) => {
  const { dir, take } = trustProgram(t, { hubble: false });
  let rotation = STEADY;
  const sites = SITES.map((name) => ({ name, state: "active" as const }));
  let { result, left } = await updated(dir, undefined);
  assert.deepEqual(errors(result), []);
  assert.equal(await linksUp(left), 6);
  const kinds: string[] = [];
  do {
    const step = legalSteps({ rotation, sites }, undefined, new Date().toISOString()).forward[0]!;
    kinds.push(step.kind);
    rotation = step.to;
    take(rotation);
    const before = left;
    ({ result, left } = await updated(dir, before));
    if (step.kind === "withdraw") {
      assert.match(errors(result).join("\n"), /root-g1" cannot be deleted\s+because it is protected/);
      assert.equal(await linksUp(left), 6, "what a run left that did not delete the root");
      ({ result, left } = await updated(dir, unprotected(left, "root-g1")));
    }
    assert.deepEqual(errors(result), [], step.kind);
    assert.equal(await linksUp(left), 6, step.kind);
  } while (phaseOf(rotation) !== "steady");
  assert.deepEqual(kinds, ["distribute", "issue", "issue", "issue", "withdraw"]);
  const names = (left.deployment.resources ?? []).map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2));
  assert.ok(names.includes("root-g2"));
  assert.deepEqual(
    names.filter((name) => name.includes("g1")),
    [],
    "no key and no certificate of the old root is left",
  );
});
