import { expulsion } from "../../lib/plan/trustPhases";
import type { Terminal } from "../terminal";
import { writeWhole } from "../trust/file";
import { UserError } from "../userError";
import { writeDocument } from "./output";
import { programSites, type TrustOptions, trustFacts, trustFileOf, trustSubject } from "./trustSubject";

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
  if (options.take) writeWhole(file, { ...to, changedAt: new Date().toISOString() });
  const isRead = options.take && (await isLost(site, dir, options, terminal, signal));
  const text = [
    `Closing ${site} out of the fleet`,
    ...closes.map((line) => `  ${line}`),
    "What remains",
    ...remains.map((line) => `  ${line}`),
    ...(options.take
      ? [`Taken: ${file} is revision ${to.revision}, with ${site} under expelled.`]
      : ["Nothing was changed. Add --take to close it out."]),
    ...(options.take && !isRead
      ? [
          `The program still builds ${site}: give Fleet withoutExpelled(spec, trust), or write state: "lost" at ${site} in its spec.`,
        ]
      : []),
    "Next",
    ...next.map((line) => `  ${line}`),
  ];
  writeDocument(
    { site, taken: options.take, programAgrees: options.take ? isRead : null, closes, remains, next, rotation: to },
    text.join("\n"),
    options.json,
    terminal,
  );
  return 0;
}

/** Whether the program takes the site for lost, now that the data says that it is expelled. */
async function isLost(
  site: string,
  dir: string,
  options: ExpelOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  const sites = await programSites(dir, options, terminal, signal);
  return sites.some(({ name, state }) => name === site && state === "lost");
}
