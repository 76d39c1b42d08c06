import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fleetPlan } from "../../../lib/plan/fleetPlan";
import type { LocalSite } from "../../../rehearsal/clusters/sites";
import { localKubeconfig } from "../../../rehearsal/clusters/sites/kubeconfig";
import { makePki } from "../../../rehearsal/clusters/sites/pki";
import { apply } from "../../../rehearsal/drill/apply";
import { DrillFleet } from "../../../rehearsal/drill/fleet";
import { scalables } from "../../../rehearsal/drill/scale";
import { unplayed } from "../../../rehearsal/drill/unplayed";
import { UserError } from "../../../rehearsal/userError";
import { type Fault, faultyServer } from "../../support/faultyServer";
import { twoRegions } from "../../support/specs";

/** Seconds that an answer may take: one that comes may be late on a busy machine. */
const secondsOf = (fault: Fault): number => (fault === "hangs" ? 0.3 : 30);

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
    const answerSeconds = secondsOf(fault);
    const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal, { answerSeconds });
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

test("a site at fault refuses no object: it is named, with what it was to take", async (t) => {
  const server = await faultyServer("");
  t.after(() => server.close());
  const objects = ["a", "b"].map((name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } }));
  const rows: [fault: Fault, reason: RegExp][] = [
    ["refuses", /connect: connection refused/],
    ["hangs", /context deadline exceeded/],
    ["401", /the server has asked for the client to provide credentials/],
    ["403", /the server does not allow access/],
    ["500", /an error on the server/],
  ];
  for (const [fault, reason] of rows) {
    const site = { name: "dublin", kubeconfig: server.kubeconfig(fault) } as LocalSite;
    await assert.rejects(apply([{ site, objects }], { answerSeconds: secondsOf(fault) }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^Site dublin was to take ConfigMap [ab]: .*--patience\.$/);
      assert.match(error.message, reason);
      return true;
    });
  }
});

test("a site whose scheduler does nothing is named when the patience is over, and contradicts no plan", async (t) => {
  const pod = { metadata: { name: "web-0", namespace: "default" }, spec: {}, status: { phase: "Pending" } };
  const { administrator, authority, server: own } = makePki("dublin", "10.0.0.1", "no-token");
  const server = createServer({ cert: own.certificate, key: own.key }, (request, response) => {
    const items = request.url?.startsWith("/api/v1/pods") ? [pod] : [];
    response.setHeader("content-type", "application/json").end(JSON.stringify({ kind: "List", metadata: {}, items }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = localKubeconfig("dublin", endpoint, authority.certificate, administrator);
  const site = { name: "dublin", kubeconfig } as LocalSite;
  const workloads = [{ name: "web", replicas: 1, cpu: 0.1, memoryGiB: 0.1 }];
  const plan = fleetPlan(twoRegions({ demand: { workloads } }));
  const fleet = await DrillFleet.open(plan, { dublin: site }, new AbortController().signal);
  await assert.rejects(fleet.until(fleet.planned(["dublin"]), performance.now(), 6), {
    name: "UserError",
    message: /^Site dublin stands still: its scheduler has not looked at 1 pod\. .*--patience\.$/,
  });
});
