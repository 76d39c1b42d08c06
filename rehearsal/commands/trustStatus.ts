import {
  type Gate,
  issuedFrom,
  legalSteps,
  peeringGates,
  type RotationSubject,
  type TrustFacts,
} from "../../lib/plan/trustPhases";
import type { Terminal } from "../terminal";
import { heldUp, phaseText, sitesTable, stepText } from "../trust/text";
import { UserError } from "../userError";
import { writeDocument } from "./output";
import { type TrustOptions, trustFacts, trustSubject } from "./trustSubject";

/** Days before its end within which a certificate is due. */
const DUE_DAYS = 14;

/**
 * `multisite trust status`: what every site holds, beside what it is to hold, and the step that comes next.
 * @returns the exit code: 0 when every awaited site holds what it is to hold, 1 when one does not or was not seen.
 */
export async function trustStatus(
  dir: string,
  options: TrustOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const subject = await trustSubject(dir, options, terminal, signal);
  const facts = await trustFacts(dir, subject, options, terminal, signal);
  if (facts === undefined) {
    throw new UserError(
      `No site can be asked: give the kubeconfigs with --kubeconfig ${subject.sites[0]?.name ?? "site"}=file for each site, or --kubeconfigs folder.`,
    );
  }
  const now = new Date().toISOString();
  const steps = legalSteps(subject, facts, now);
  const gates = asTheyShould(subject, facts, now, steps.passedOver);
  const isSound = gates.every(({ met }) => met);
  const next = steps.forward[0];
  const held = [...new Set(heldUp(gates))];
  const text = [
    `Trust of the fleet, seen ${facts.collectedAt.slice(0, 10)} ${facts.collectedAt.slice(11, 19)} UTC`,
    sitesTable(subject, facts, steps.passedOver),
    phaseText(subject, steps),
    isSound
      ? "Every site holds what it is to hold."
      : ["Not as it is to be:", ...held.map((line) => `  ${line}`)].join("\n"),
    ...(next === undefined || steps.phase === "steady" ? [] : [`Next: ${stepText(next)}`]),
  ].join("\n\n");
  const { rotation } = subject;
  writeDocument(
    { facts, rotation, phase: steps.phase, passedOver: steps.passedOver, sound: isSound, gates, next: next ?? null },
    text,
    options.json,
    terminal,
  );
  return isSound ? 0 : 1;
}

/** What must be so in each awaited site when nothing is under way. */
function asTheyShould(subject: RotationSubject, facts: TrustFacts, now: string, passedOver: readonly string[]): Gate[] {
  const awaited = subject.sites.filter(({ name }) => !passedOver.includes(name));
  return [
    ...awaited.flatMap(({ name }) => peeringGates(subject, name, facts, now)),
    ...awaited.flatMap(({ name }) => due(name, issuedFrom(subject.rotation, name), facts, now)),
  ];
}

function due(site: string, generation: string | undefined, facts: TrustFacts, now: string): Gate[] {
  const seen = facts.sites[site];
  if (seen?.reached !== true) return [];
  const end = Date.parse(now) + DUE_DAYS * 86_400_000;
  const late = seen.leaves.filter(({ notAfter }) => Date.parse(notAfter) < end);
  return late.map(({ where, notAfter }) => ({
    condition: `no certificate ends within ${DUE_DAYS} days: run \`pulumi up\` of the trust stack, which renews from ${generation}`,
    site,
    met: false,
    seen: `${where} ends ${notAfter}`,
    seenAt: seen.seenAt,
  }));
}
