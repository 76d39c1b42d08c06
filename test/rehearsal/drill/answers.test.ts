import assert from "node:assert/strict";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { DrillFleet } from "../../../rehearsal/drill/fleet";
import { scalables } from "../../../rehearsal/drill/scale";
import { unplayed } from "../../../rehearsal/drill/unplayed";
import { UserError } from "../../../rehearsal/userError";
import { faultyServer } from "../../support/faultyServer";
import { twoRegions } from "../../support/specs";

test("a site that hangs, or answers with an error, is named, and waited for no longer than is said", async (t) => {
  const server = await faultyServer("");
  t.after(() => server.close());
  const workloads = [{ name: "web", replicas: 2, cpu: 0.1, memoryGiB: 0.1 }];
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const rows = [
    ["hangs", "no answer in time"],
    ["500", "its API server answered 500"],
  ] as const;
  for (const [fault, reason] of rows) {
    const site = { name: "dublin", kubeconfig: server.kubeconfig(fault) } as LocalSite;
    const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal, { answerSeconds: 0.3 });
    const questions: [what: string, asked: () => Promise<unknown>][] = [
      ["pods", () => fleet.until(fleet.planned(["dublin"]), performance.now(), 20)],
      ["workloads", () => scalables(site, fleet)],
      ["\\w+s", () => unplayed(site, ["web"], fleet)],
    ];
    for (const [what, asked] of questions)
      await assert.rejects(asked(), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(
          error.message,
          new RegExp(`^Site dublin was asked for its ${what}: ${reason}\\. .*--patience\\.$`),
        );
        return true;
      });
  }
});
