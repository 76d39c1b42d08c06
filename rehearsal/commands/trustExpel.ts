import { expulsion } from "../../lib/plan/trustPhases";
import type { Terminal } from "../terminal";
import { writeRotation } from "../trust/file";
import { UserError } from "../userError";
import { writeJson } from "./output";
import { programFleet, type TrustOptions, trustFacts, trustFileOf, trustSubject } from "./trustSubject";

/** Options of `multisite trust expel`. */
export interface ExpelOptions extends TrustOptions {
  take: boolean;
}

/**
 * `multisite trust expel SITE`: closes a lost or captured site out of all others. What it held is told from the last facts,
 * however old; no site need answer.
 * @returns the exit code 0.
 */
export async function trustExpel(
  site: string,
  dir: string,
  options: ExpelOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const subject = await trustSubject(dir, options, terminal, signal);
  const names = subject.sites.map(({ name }) => name);
  if (!names.includes(site)) throw new UserError(`There is no site ${site}; the sites are ${names.join(", ")}.`);
  const facts = await trustFacts(dir, subject, options, terminal, signal);
  const { to, closes, remains, next } = expulsion(subject, site, facts);
  const file = trustFileOf(dir, options);
  if (options.take) writeRotation(file, subject, to);
  const text = [
    `Closing ${site} out of the fleet`,
    ...closes.map((line) => `  ${line}`),
    "What remains",
    ...remains.map((line) => `  ${line}`),
    options.take
      ? `Taken: ${file} is revision ${to.revision}, with ${site} under expelled.`
      : "Nothing was changed. Add --take to close it out.",
    "Next",
    ...next.map((line) => `  ${line}`),
  ];
  terminal.done();
  // Shown before the program is run again: what is to be done next must not be lost where that fails.
  if (options.json !== "-") terminal.out(text.join("\n"));
  const { agrees, note } = options.take ? await agreement(site, dir, options, terminal, signal) : { agrees: null };
  const document = { site, taken: options.take, programAgrees: agrees, closes, remains, next, rotation: to };
  writeJson(document, options.json, terminal);
  if (note !== undefined) terminal[options.json === "-" ? "err" : "out"](note);
  return 0;
}

/** What the program makes of the changed data. */
interface Agreement {
  /** Whether it takes the site for lost; null where that could not be seen. */
  readonly agrees: boolean | null;
  /** What there is to do about it. */
  readonly note?: string;
}

/** Whether the program takes the site for lost, now that the data says that it is expelled. What it fails at changes nothing of that. */
async function agreement(
  site: string,
  dir: string,
  options: ExpelOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Agreement> {
  const asked = `give Fleet withoutExpelled(spec, trust), or write state: "lost" at ${site} in its spec.`;
  try {
    const { sites } = await programFleet(dir, options, terminal, signal);
    const isLost = sites.some(({ name, state }) => name === site && state === "lost");
    return isLost ? { agrees: true } : { agrees: false, note: `The program still builds ${site}: ${asked}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const note = `Whether the program still builds ${site} could not be seen, since it fails: ${error.message}\nIf it does, ${asked}`;
    return { agrees: null, note };
  }
}
