import { keptServing, lifeNotes } from "../../lib/plan/lifeNotes";
import { lifeProblems } from "../../lib/plan/lives";
import { FLEET } from "../../lib/plan/observed";
import type { FleetSpec } from "../../lib/plan/spec";
import { trustedFleets, trustNotes, trustProblems } from "../../lib/plan/trust/lives";
import type { Deployment, RunResult } from "../engine";
import { UserError } from "../userError";
import { movedPodNotes } from "./movedPods";
import { type KeptTrust, keptTrusts, replacedRoots } from "./replacedRoots";
import { rolloutNotes } from "./rolloutNotes";

/** The spec of the one Fleet among these resources; undefined where there is none, or more than one. */
function specOf(resources: readonly { readonly type: string; readonly inputs?: unknown }[]): FleetSpec | undefined {
  const fleets = resources.filter(({ type }) => type === FLEET);
  const { spec } = (fleets.length === 1 ? (fleets[0]!.inputs as { readonly spec?: FleetSpec }) : undefined) ?? {};
  // What other versions of this library have written there is not judged.
  return Array.isArray(spec?.sites) ? spec : undefined;
}

/** The fleets of a trust's plans: a stack of the trust's own says nothing else of them. */
function trustedBy({ before, after }: KeptTrust): ReturnType<typeof trustedFleets> {
  return trustedFleets(before.plan, after.plan);
}

/**
 * Refuses a program whose fleet is none that the one in its state may become: a site that changes its number or name, or
 * that is gone before it was withdrawn from its peers.
 * @returns what is to be known of the change
 * @throws UserError with everything that is wrong.
 */
export function judgeLives({ deployment }: Deployment, preview: Pick<RunResult, "resources" | "steps">): string[] {
  const [before, after] = [specOf(deployment.resources ?? []), specOf(preview.resources)];
  // The trust of a fleet may be a stack of its own.
  const isFleet = before !== undefined && after !== undefined;
  const kept = keptTrusts(deployment.resources ?? [], preview.resources);
  const trusts = isFleet ? [] : kept.map(trustedBy);
  const ofSpec = isFleet ? lifeProblems(before, after) : trusts.flatMap((change) => trustProblems(...change));
  // A spec that makes other roots has said so.
  const problems = ofSpec.length > 0 ? ofSpec : replacedRoots(kept, preview);
  if (problems.length > 0) {
    const lines = problems.map(({ path, message }) => `  ${path} ${message}`);
    throw new UserError(["The fleet cannot become this one from the one in its state:", ...lines].join("\n"));
  }
  if (!isFleet) return trusts.flatMap((change) => trustNotes(...change));
  const serving = keptServing(before, after).map(({ next }) => next.name);
  return [
    ...lifeNotes(before, after),
    ...rolloutNotes(serving, preview),
    ...movedPodNotes(deployment, before, after, preview),
  ];
}
