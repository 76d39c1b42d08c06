import { isDeepStrictEqual } from "node:util";
import { rootName } from "../../lib/plan/trust/certificates";
import { unsaidKeepers } from "../../lib/plan/trust/keepers";
import {
  compromisedPlan,
  following,
  generationIn,
  generationNameProblem,
  type LegalSteps,
  legalSteps,
  phaseOf,
  type RotationSubject,
  type TrustRotation,
  type TrustStep,
} from "../../lib/plan/trustPhases";
import type { Terminal } from "../terminal";
import { writeRotation } from "../trust/file";
import { phaseText, stepText } from "../trust/text";
import { UserError } from "../userError";
import { writeDocument } from "./output";
import { type TrustOptions, type TrustSubject, trustFacts, trustFileOf, trustSubject } from "./trustSubject";

/** Options of `multisite trust rotate`. */
export interface RotateOptions extends TrustOptions {
  /** The root that the rotation leads to. */
  to?: string;
  /** The site to issue anew next, where any of several may be. */
  site?: string;
  /** Towards the safe phase. */
  back: boolean;
  /** Take the step; otherwise it is only shown. */
  take: boolean;
  compromised: boolean;
  /** Minutes that the update of one site takes, for what a rotation without overlap breaks. */
  minutesPerSite: number;
}

/**
 * `multisite trust rotate`: the next step of a rotation with its gates, and with `--take` the step: one change of the
 * rotation's data, which `pulumi up` then brings to the sites.
 * @returns the exit code: 0 when the step is legal, or nothing is left to do; 1 when a gate holds it up.
 */
export async function trustRotate(
  dir: string,
  options: RotateOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  refuseName(options.to);
  if (options.compromised && options.back)
    throw new UserError("--compromised has no way --back: the old root is in other hands.");
  const subject = await trustSubject(dir, options, terminal, signal);
  const facts = await trustFacts(dir, subject, options, terminal, signal);
  const now = new Date().toISOString();
  const ending = { file: trustFileOf(dir, options), subject, options, terminal };
  if (options.compromised) {
    const to = safeRoot(subject, options.to);
    const plan = compromisedPlan(subject, to, facts, options.minutesPerSite);
    const text = [
      `${isListed(subject.rotation, to) ? "Root" : "A new root"} ${to} at once, with no overlap: ${plan.distrusted.join(", ")} is trusted no more. What breaks:`,
      ...plan.breaks.map((line) => `  ${line}`),
      ...keeperText(subject, plan.to),
    ];
    finish({ step: plan, taken: options.take, rotation: subject.rotation }, text, plan.to, ending);
    return 0;
  }
  const steps = legalSteps(subject, facts, now, options.to === undefined ? {} : { to: options.to });
  refuseOtherTarget(subject, options.to);
  if (isDone(subject, options)) {
    writeDocument(
      { phase: steps.phase, step: null, taken: false, rotation: subject.rotation },
      doneText(subject, steps),
      options.json,
      terminal,
    );
    return 0;
  }
  const step = chosen(steps, options);
  const text = [phaseText(subject, steps), "", stepText(step), ...keeperText(subject, step.to)];
  const isTaken = options.take && step.legal;
  finish(
    { phase: steps.phase, step, taken: isTaken, rotation: subject.rotation },
    text,
    step.legal ? step.to : undefined,
    ending,
  );
  return step.legal ? 0 : 1;
}

interface Ending {
  readonly file: string;
  readonly subject: TrustSubject;
  readonly options: RotateOptions;
  readonly terminal: Terminal;
}

/** Takes the step if it was asked for, and says what to run next. */
function finish(
  document: object,
  text: readonly string[],
  to: TrustRotation | undefined,
  { file, subject, options, terminal }: Ending,
): void {
  const isTaken = options.take && to !== undefined;
  if (isTaken) writeRotation(file, subject, to);
  const next = isTaken
    ? [
        `Taken: ${file} is revision ${to.revision}.`,
        ...dropped(subject.rotation, to).map(
          (name) =>
            `Root ${name} is protected in the trust stack, and \`pulumi up\` deletes it only once it is not: run \`pulumi state unprotect\` for its resources (${rootName(name)}) first.`,
        ),
        "Run `pulumi up` for the trust stack, then for each site; then `multisite trust status`.",
      ]
    : to === undefined
      ? [
          `Nothing was changed.${options.back ? "" : " The way back, whenever it is wanted: multisite trust rotate --back"}`,
        ]
      : ["Nothing was changed. Add --take to take the step."];
  const programReads = isDeepStrictEqual(subject.inProgram, subject.rotation);
  const unread = programReads ? [] : [unreadText(subject, file)];
  writeDocument({ ...document, programReads }, [...text, "", ...next, ...unread].join("\n"), options.json, terminal);
}

/** A step is brought to the sites by the program, if that has the data from the file. */
function unreadText({ inProgram }: TrustSubject, file: string): string {
  const has = inProgram === undefined ? "has none" : `is other data, of revision ${inProgram.revision}`;
  return `The program does not read ${file}: its spec.trust.rotation ${has}. Give it the file's content, or \`pulumi up\` changes nothing.`;
}

/** Roots that nobody trusts any more. */
function dropped({ generations }: TrustRotation, to: TrustRotation): string[] {
  return generations.flatMap(({ name }) => (isListed(to, name) ? [] : [name]));
}

/**
 * The root that is trusted alone when the key of another is in other hands: a new one, the next one, or the active one while that of
 * the retiring one is stolen.
 * @throws UserError where it is none of these
 */
function safeRoot({ rotation }: RotationSubject, given: string | undefined): string {
  const [active, next, retiring] = (["active", "next", "retiring"] as const).map((state) =>
    generationIn(rotation, state),
  );
  const to = given ?? next;
  if (to !== undefined && to === retiring) {
    throw new UserError(
      `--to ${to}: it is the retiring root, and no site is issued from it any more. If its key is the stolen one, --to ${active} withdraws ` +
        `it at once; if that of ${active} is, give the name of a new root, or go back to ${to} with --back.`,
    );
  }
  if (to !== undefined && (to !== active || retiring !== undefined)) return to;
  const way = retiring === undefined ? "" : `, or --to ${active} where the stolen key is that of ${retiring}`;
  throw new UserError(
    `--compromised needs --to with the name of a new root, such as --to ${following(rotation)}${way}.`,
  );
}

/** A name ends up in the data, in names of resources and in certificates, whichever way it is taken. */
function refuseName(to: string | undefined): void {
  const problem = to === undefined ? undefined : generationNameProblem(to);
  if (problem !== undefined) throw new UserError(`--to ${to}: the name of a root ${problem}.`);
}

/**
 * Where the key of a root is that the step makes. One whose predecessor is kept outside the state gets no default: its key would
 * be in the state for good.
 * @throws UserError where nobody has said it
 */
function keeperText({ rotation, roots }: TrustSubject, { generations }: TrustRotation): string[] {
  const [added] = generations.map(({ name }) => name).filter((name) => !isListed(rotation, name));
  if (added === undefined || roots === undefined) return [];
  // The names of before come first: with no overlap they are not in the data any more.
  const names = [...rotation.generations.map(({ name }) => name), added];
  const unsaid = unsaidKeepers(names, roots).find(({ generation }) => generation === added);
  if (unsaid !== undefined) {
    throw new UserError(
      `Where the key of ${added} is to be, the program does not say, and ${unsaid.beside} is kept by "${unsaid.keeper}": write ` +
        `trust.roots.${added} into its spec first, { keeper: "state" } for the trust stack's state.`,
    );
  }
  const { keeper } = roots[added] ?? { keeper: "state" };
  const isDefault = roots[added] === undefined;
  return [
    `Root ${added} is to be kept by "${keeper}"${isDefault ? `, the default; trust.roots.${added} of the spec says otherwise` : ""}.`,
  ];
}

function isListed({ generations }: TrustRotation, name: string): boolean {
  return generations.some((one) => one.name === name);
}

/** A rotation that is under way leads to one root only. */
function refuseOtherTarget({ rotation }: RotationSubject, to: string | undefined): void {
  if (to === undefined) return;
  const target =
    generationIn(rotation, "next") ?? (phaseOf(rotation) === "withdraw" ? generationIn(rotation, "active") : undefined);
  if (target !== undefined && target !== to) {
    throw new UserError(`--to ${to}: a rotation to ${target} is under way; finish it, or go back with --back first.`);
  }
}

/** A steady fleet has no step back, and none towards the root that it has. */
function isDone({ rotation }: RotationSubject, { to, back }: RotateOptions): boolean {
  return phaseOf(rotation) === "steady" && (back || to === undefined || to === generationIn(rotation, "active"));
}

function doneText(subject: RotationSubject, steps: LegalSteps): string {
  return [
    phaseText(subject, steps),
    "",
    "Nothing is left to do: no rotation is under way. Begin one with --to and the name of a new root.",
  ].join("\n");
}

function chosen({ forward, back }: LegalSteps, { site, back: isBack }: RotateOptions): TrustStep {
  const steps = isBack ? back : forward;
  const step = site === undefined ? steps[0] : steps.find((one) => one.site === site);
  if (step !== undefined) return step;
  const sites = steps.flatMap((one) => one.site ?? []).join(", ");
  throw new UserError(
    site === undefined
      ? "There is no step: no site is awaited."
      : `--site ${site}: no step is about that site now; there are steps for ${sites || "all sites together"}.`,
  );
}
