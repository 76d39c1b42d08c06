import { meshOf } from "../../lib/plan/mesh";
import type { SitePlan } from "../../lib/plan/plan";
import { kubernetes } from "../clusters/sites/kubernetes";
import { siteApi } from "../mesh/siteApi";
import { type SiteWithdrawal, withdrawFrom } from "../mesh/withdraw";
import type { Terminal } from "../terminal";
import { UserError } from "../userError";
import { accessOf, canAsk } from "./kubeconfigs";
import { meshOfProgram } from "./meshStatus";
import { writeDocument } from "./output";
import type { SiteOptions } from "./siteOptions";

/** Options of `multisite mesh withdraw`. */
export interface MeshWithdrawOptions extends SiteOptions {
  take: boolean;
}

/**
 * `multisite mesh withdraw SITE`: takes a site out of all others' mesh when no update can run, or to wait for none.
 * @returns the exit code: 0 when it is withdrawn from every other site, or could be; 1 when one was not reached.
 */
export async function meshWithdraw(
  site: string,
  dir: string,
  options: MeshWithdrawOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const { plan, mesh } = await meshOfProgram(dir, options, terminal, signal);
  const names = plan.sites.map(({ name }) => name);
  const lost = plan.sites.find(({ name }) => name === site);
  if (lost === undefined) throw new UserError(`There is no site ${site}; the sites are ${names.join(", ")}.`);
  const access = accessOf(names, options);
  const members = mesh.members.map(({ name }) => name).filter((name) => name !== site);
  const example = members[0] ?? "site";
  if (!canAsk(options)) {
    throw new UserError(
      `No site can be changed: give the kubeconfigs with --kubeconfig ${example}=file for each other site, --kubeconfigs folder, or --context ${example}=name.`,
    );
  }
  terminal.progress(`${options.take ? "withdrawing" : "asking"} ${members.length} sites`);
  await kubernetes();
  const done = await Promise.all(
    members.map((name) => {
      const own = access.get(name);
      if (own === undefined) return { name, changes: [], reason: "no --kubeconfig or --context was given for it" };
      return withdrawFrom(name, site, () => siteApi(name, own, options.timeout), options.take);
    }),
  );
  terminal.done();
  const isDone = done.every(({ reason }) => reason === undefined);
  const next = nextSteps(lost, done, meshOf(mesh).peers(mesh, site).length > 0, options.take);
  const text = [
    options.take ? `Withdrawing ${site} from its peers` : `What withdrawing ${site} from its peers would do`,
    ...done.flatMap((one) => lines(one, options.take)),
    "Next",
    ...next.map((line) => `  ${line}`),
  ];
  writeDocument(
    { version: 1, site, taken: options.take, isDone, sites: done, next },
    text.join("\n"),
    options.json,
    terminal,
  );
  return isDone ? 0 : 1;
}

function lines({ name, reason, changes, unrefreshed = 0 }: SiteWithdrawal, isTaken: boolean): string[] {
  if (reason !== undefined) return [`  ${name}: not ${isTaken ? "done" : "asked"}: ${reason}`];
  if (changes.length === 0) return [`  ${name}: it is withdrawn already`];
  const late = unrefreshed > 0 ? [`    ${unrefreshed} pods could not be told, and notice within two minutes`] : [];
  return [`  ${name}:`, ...changes.map(({ kind, name: object, does }) => `    ${kind} ${object}: ${does}`), ...late];
}

function nextSteps(
  { name, state }: SitePlan,
  done: readonly SiteWithdrawal[],
  isMember: boolean,
  isTaken: boolean,
): string[] {
  const left = done.filter(({ reason }) => reason !== undefined).map((one) => one.name);
  return [
    ...(isTaken ? [] : ["Nothing was changed. Add --take to do it."]),
    ...(isTaken && left.length > 0 ? [`Run this again for ${left.join(", ")}, until it is done everywhere.`] : []),
    ...(isMember
      ? [
          `Write state: "lost" at ${name} in the spec, with degradedUntil, and run "pulumi up": until then the program still ` +
            `has it as a peer (it is ${state}), and a refresh would put it back.`,
        ]
      : [`The spec has ${name} as ${state}, so that no update puts it back.`]),
    `Whether the others carry the demand: multisite plan --lose ${name}.`,
    `When it is back: state: "joining" in the spec, and "pulumi up".`,
  ];
}
