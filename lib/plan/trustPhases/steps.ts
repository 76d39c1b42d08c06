import { withIssued, withNext, withoutGeneration, withReturned, withSettled } from "./data";
import { FACTS_MINUTES, type TrustFacts, unfit } from "./facts";
import { atEach, builtSince, type Gate, issuedGates, notIssuedBy, trustGates, unseenAreGone } from "./gates";
import {
  awaitedSites,
  generationIn,
  issuedFrom,
  passedOver,
  phaseOf,
  type RotationSubject,
  type TrustPhase,
  type TrustRotation,
} from "./rotation";

/**
 * What a step does. `distribute`: every site trusts one more root. `issue`: one site is issued from it. `withdraw`: the
 * old root is trusted no more. `settle`: all sites that are left are issued from the next root, since the others were lost
 * meanwhile. `return`: every site is issued from the old root again. `abandon`: the next root is given up.
 */
export type StepKind = "distribute" | "issue" | "settle" | "withdraw" | "return" | "abandon";

/** One change of a rotation's data, and what must be so before it. */
export interface TrustStep {
  readonly kind: StepKind;
  readonly direction: "forward" | "back";
  /** The root that the step is about. */
  readonly generation: string;
  /** The site that is issued anew; undefined for a step that is about all. */
  readonly site?: string;
  /** What it does, as a sentence. */
  readonly does: string;
  readonly gates: readonly Gate[];
  /** All gates are met. */
  readonly legal: boolean;
  /** The data after the step. */
  readonly to: TrustRotation;
}

/** Where a rotation stands, and where it can go. */
export interface LegalSteps {
  readonly phase: TrustPhase;
  /** The step that comes next towards the new root; more than one where any of several sites may be next. */
  readonly forward: readonly TrustStep[];
  /** The step back to the safe phase; none when the phase is steady. */
  readonly back: readonly TrustStep[];
  /** Sites that are lost or expelled: nobody waits for them, and they are issued anew before they are peered again. */
  readonly passedOver: readonly string[];
}

/** What a step is to lead to. */
export interface StepOptions {
  /** Name of the next root, for a rotation that has not begun. @default one higher than the active one: g2 after g1 */
  readonly to?: string;
}

/**
 * The steps that a rotation can take now, each with its gates. Widening what is trusted is always safe; issuing from a root
 * waits until all trust it; narrowing waits until nobody uses it, and until no older run can bring it back.
 * @param facts what was seen; undefined when nothing was
 * @param now time of the decision, ISO 8601 in UTC
 */
export function legalSteps(
  subject: RotationSubject,
  facts: TrustFacts | undefined,
  now: string,
  { to }: StepOptions = {},
): LegalSteps {
  const phase = phaseOf(subject.rotation);
  const all = { steady: steadySteps, distribute: issueSteps, issue: issueSteps, withdraw: withdrawSteps }[phase];
  const steps = all({ subject, facts, now, to: to ?? following(subject.rotation) });
  return {
    phase,
    forward: steps.filter(({ direction }) => direction === "forward"),
    back: steps.filter(({ direction }) => direction === "back"),
    passedOver: passedOver(subject),
  };
}

/** The name after that of the active root: g2 after g1, root-2 after root. */
export function following({ generations }: TrustRotation): string {
  const active = generations.find(({ state }) => state === "active")?.name ?? "g0";
  const [, stem = active, digits] = /^(.*?)(\d+)$/.exec(active) ?? [];
  return digits === undefined ? `${stem}-2` : `${stem}${Number(digits) + 1}`;
}

interface Moment {
  readonly subject: RotationSubject;
  readonly facts: TrustFacts | undefined;
  readonly now: string;
  readonly to: string;
}

/** To trust one root more breaks nothing, whatever the sites hold: no fact is needed for it. */
function steadySteps({ subject, to }: Moment): TrustStep[] {
  const { rotation } = subject;
  return [
    step({
      kind: "distribute",
      direction: "forward",
      generation: to,
      does: `makes root ${to}, and has every site trust it beside ${generationIn(rotation, "active")}; nothing is issued from it yet`,
      gates: [],
      to: withNext(rotation, to),
    }),
  ];
}

function issueSteps(moment: Moment): TrustStep[] {
  const { subject, facts, now } = moment;
  const { rotation } = subject;
  const next = generationIn(rotation, "next") ?? "";
  const moved = rotation.issuedByNext ?? [];
  const sites = awaitedSites(subject);
  const fit = fitGates(subject, facts, now);
  const trusted = facts === undefined ? [] : trustedEverywhere(subject, facts, next);
  const finished =
    facts === undefined
      ? []
      : issuedGates(
          sites.filter(({ name }) => moved.includes(name)),
          facts,
          next,
        );
  const waiting = sites.filter(({ name }) => !moved.includes(name));
  const settled = step({
    kind: "settle",
    direction: "forward",
    generation: next,
    does: `makes ${next} the active root: all sites that are left are issued from it`,
    gates: [...fit, ...finished],
    to: withSettled(rotation),
  });
  const forward = waiting.map(({ name }) =>
    step({
      kind: "issue",
      direction: "forward",
      generation: next,
      site: name,
      does: `issues every certificate of ${name} from ${next}; all sites trust both roots`,
      gates: [...fit, ...trusted, ...finished],
      to: withIssued(subject, name),
    }),
  );
  const isSettled = waiting.length === 0 && moved.length > 0;
  return [...(isSettled ? [settled] : forward), moved.length > 0 ? returnStep(moment) : abandonStep(moment)];
}

function withdrawSteps(moment: Moment): TrustStep[] {
  const { subject, facts, now } = moment;
  const { rotation } = subject;
  const active = generationIn(rotation, "active") ?? "";
  const retiring = generationIn(rotation, "retiring") ?? "";
  const sites = awaitedSites(subject);
  const seen =
    facts === undefined
      ? []
      : [
          ...builtFrom(subject, facts, rotation.revision),
          ...trustedEverywhere(subject, facts, active, 0),
          ...issuedGates(sites, facts, active),
          ...atEach(sites, facts, `what ${retiring} issued and no Secret shows has run out`, unseenAreGone(now)),
        ];
  const forward = step({
    kind: "withdraw",
    direction: "forward",
    generation: retiring,
    does: `has no site trust ${retiring} any more, and deletes its key; there is no way back to it`,
    gates: [...fitGates(subject, facts, now), ...seen],
    to: withoutGeneration(rotation, retiring),
  });
  return [forward, returnStep(moment)];
}

/** Back to the root that all still trust. An unreachable site holds nothing up: it was told to trust that root long ago. */
function returnStep({ subject, facts, now }: Moment): TrustStep {
  const { rotation } = subject;
  const old = generationIn(rotation, "retiring") ?? generationIn(rotation, "active") ?? "";
  const reached = awaitedSites(subject).filter(({ name }) => facts?.sites[name]?.reached === true);
  const gates = facts === undefined ? [] : trustGates(reached, facts, old);
  return step({
    kind: "return",
    direction: "back",
    generation: old,
    does: `issues every certificate of every site from ${old} again; all sites trust both roots`,
    gates: [...fitGates(subject, facts, now), ...gates],
    to: withReturned(rotation),
  });
}

function abandonStep({ subject, facts, now }: Moment): TrustStep {
  const { rotation } = subject;
  const next = generationIn(rotation, "next") ?? "";
  const sites = awaitedSites(subject);
  const unused =
    facts === undefined || rotation.nextWasIssued !== true
      ? []
      : [
          ...builtFrom(subject, facts, rotation.revision),
          ...atEach(sites, facts, `no certificate chains to ${next}`, notIssuedBy(next)),
          ...atEach(sites, facts, `what ${next} issued and no Secret shows has run out`, unseenAreGone(now)),
        ];
  return step({
    kind: "abandon",
    direction: "back",
    generation: next,
    does: `has no site trust ${next} any more; the fleet is where it was before ${next}`,
    gates: [...fitGates(subject, facts, now), ...unused],
    to: withoutGeneration(rotation, next),
  });
}

/**
 * Whether a site that was lost may be peered again: built from the present data, trusting what the others are issued from,
 * and issued from what they trust.
 */
export function peeringGates(
  subject: RotationSubject,
  site: string,
  facts: TrustFacts | undefined,
  now: string,
): Gate[] {
  const planned = subject.sites.filter(({ name }) => name === site);
  const fit = fitGates(subject, facts, now);
  if (facts === undefined) return fit;
  const { rotation } = subject;
  const issuer = issuedFrom(rotation, site) ?? "";
  return [
    ...fit,
    ...builtFrom(subject, facts, rotation.revision, planned),
    ...rotation.generations.flatMap(({ name }) => trustGates(planned, facts, name, awaitedSites(subject))),
    ...issuedGates(planned, facts, issuer),
  ];
}

function trustedEverywhere(subject: RotationSubject, facts: TrustFacts, generation: string, since?: number): Gate[] {
  const revision = since ?? subject.rotation.bundleSince ?? 0;
  return [
    ...(revision > 0 ? builtFrom(subject, facts, revision) : []),
    ...trustGates(awaitedSites(subject), facts, generation),
  ];
}

function builtFrom(
  subject: RotationSubject,
  facts: TrustFacts,
  revision: number,
  sites: ReturnType<typeof awaitedSites> = awaitedSites(subject),
): Gate[] {
  return atEach(sites, facts, `is built from revision ${revision}`, builtSince(revision));
}

function fitGates({ rotation }: RotationSubject, facts: TrustFacts | undefined, now: string): Gate[] {
  const problem = unfit(facts, rotation.changedAt, now);
  const condition = `the facts are of the last ${FACTS_MINUTES} minutes, and of after the last change`;
  return [
    { condition, site: undefined, met: problem === undefined, seen: problem ?? "so", seenAt: facts?.collectedAt },
  ];
}

function step(facts: Omit<TrustStep, "legal">): TrustStep {
  return { ...facts, legal: facts.gates.every(({ met }) => met) };
}
