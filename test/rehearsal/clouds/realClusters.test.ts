import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { simulatedClouds } from "../../../rehearsal/clouds";
import { openSession } from "../../../rehearsal/engine";
import { ROOT } from "./support";

test("kubeconfigs of simulated clusters lead to the real API servers behind them", async (t) => {
  const asked: string[] = [];
  const clouds = simulatedClouds({
    moduleRoots: [ROOT],
    realClusters: ({ kind, name, region }) => {
      asked.push(`${kind} ${name} ${region}`);
      return { address: `127.0.0.1:${40_000 + name.length}`, caPem: `authority of ${name}` };
    },
  });
  const session = await openSession({ projectDir: join(ROOT, "examples", "three-clouds"), sources: [clouds] });
  t.after(() => session.close());
  const { exit, resources, diagnostics } = await session.up();
  assert.equal(exit, 0, JSON.stringify(diagnostics));
  const sites = resources.filter(({ type }) => type === "multisite:index:Site");
  const found = sites.map(({ name, outputs }) => {
    const { cluster } = JSON.parse(String(outputs.kubeconfig)).clusters[0];
    const authority = cluster["certificate-authority-data"];
    return [name, cluster.server, authority && Buffer.from(authority, "base64").toString()];
  });
  assert.deepEqual(found.sort(), [
    ["amsterdam", "https://127.0.0.1:40009", "authority of amsterdam"],
    // Its DNS endpoint shows a certificate of a public authority.
    ["belgium", "https://127.0.0.1:40007", undefined],
    ["frankfurt", "https://127.0.0.1:40009", "authority of frankfurt"],
  ]);
  assert.deepEqual([...new Set(asked)].sort(), [
    "aks amsterdam westeurope",
    "eks frankfurt eu-central-1",
    "gke belgium europe-west1",
  ]);
});
