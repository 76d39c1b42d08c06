import assert from "node:assert/strict";
import { legalSteps, phaseOf, type TrustRotation } from "../../../lib/plan/trustPhases";
import { answering, outageSeconds, PATIENT, startProbe } from "../probe";
import { NAMES, type Stage, THREE } from "../stage";

/** The root of all sites is exchanged. */
export function rotationSteps(stage: Stage): void {
  stage.step("the root is exchanged step by step: all links are ready in every phase, and none loses a request", () =>
    exchanged(stage),
  );
}

async function exchanged({ fleet }: Stage): Promise<void> {
  const near = await fleet.serve("near", {}, "belgium");
  const probe = await startProbe(fleet.client("belgium"), near, PATIENT);
  const steps = exchange();
  for (const [at, { to }] of steps.entries()) {
    const stores = new Map([...fleet.sites].map(([name, { programs }]) => [name, programs.get("mesh-etcd")]));
    await fleet.rehearse(THREE, { rotation: to });
    const next = steps[at + 1];
    if (next !== undefined) fleet.rehearseAhead(THREE, { rotation: next.to });
    // Whatever happens to be replaced now must find its peers again, with what it is given in this phase.
    const untouched = [...fleet.sites.values()].filter(
      ({ name, programs }) => programs.get("mesh-etcd") === stores.get(name),
    );
    await Promise.all(untouched.map((site) => site.restartMeshApi()));
    await fleet.allReady();
  }
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ["distribute", "issue", "issue", "issue", "withdraw"],
  );
  const answers = await probe.stop();
  assert.deepEqual(answering(answers), ["belgium"]);
  assert.equal(outageSeconds(answers), 0);
}

/** The steps from one root to the next, as `multisite trust rotate` takes them one after the other. */
function exchange(): { readonly kind: string; readonly to: TrustRotation }[] {
  const sites = NAMES.map((name) => ({ name, state: "active" as const }));
  const steps: { kind: string; to: TrustRotation }[] = [];
  let rotation: TrustRotation = { revision: 0, generations: [{ name: "g1", state: "active" }] };
  do {
    const [next] = legalSteps({ rotation, sites }, undefined, new Date().toISOString()).forward;
    steps.push(next!);
    rotation = next!.to;
  } while (phaseOf(rotation) !== "steady");
  return steps;
}
