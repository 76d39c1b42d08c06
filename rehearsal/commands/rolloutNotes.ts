import { isDeepStrictEqual } from "node:util";
import { SITE } from "../../lib/plan/observed";
import type { RunResult, Step } from "../engine";
import { FLEET_WORKLOAD } from "../placed";

type Preview = Pick<RunResult, "resources" | "steps">;

/** Kinds whose pods are made anew when their template changes. */
const ROLLED_OUT = /^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)$/;

/**
 * What one update rolls out in several sites that serve, where nothing has them wait for each other, and claims that it leaves
 * as they are.
 * @param serving names of the sites that were there before the update and serve after it
 * @param preview of a program with one Fleet
 */
export function rolloutNotes(serving: readonly string[], preview: Preview): string[] {
  return [...releaseNotes(serving, preview), ...claimNotes(preview)];
}

function releaseNotes(serving: readonly string[], preview: Preview): string[] {
  const byUrn = new Map(preview.resources.map((one) => [one.urn, one]));
  const siteOf = ({ provider = "" }: Step): string | undefined => {
    const made = byUrn.get(provider.slice(0, provider.lastIndexOf("::")));
    const site = byUrn.get(made?.parent ?? "");
    return site?.type === SITE ? site.name : undefined;
  };
  const changed = preview.steps.filter(changesPods);
  return preview.resources.flatMap((workload) => {
    if (workload.type !== FLEET_WORKLOAD || workload.inputs.rollout === "siteBySite") return [];
    const sitesOf = new Map<string, Set<string>>();
    for (const step of changed.filter(({ parent }) => parent === workload.urn)) {
      const site = siteOf(step);
      if (site === undefined || !serving.includes(site)) continue;
      const title = titleOf(step);
      sitesOf.set(title, (sitesOf.get(title) ?? new Set()).add(site));
    }
    const several = [...sitesOf].filter(([, sites]) => sites.size > 1);
    if (several.length === 0) return [];
    const sites = serving.filter((name) => several.some(([, at]) => at.has(name)));
    const objects = several.map(([title]) => title).join(", ");
    return [
      `One update changes the pods of FleetWorkload "${workload.name}" in ${sites.length} sites that serve: ${sites.join(", ")} (${objects}). ` +
        'What breaks by it breaks in all of them: give it rollout: "siteBySite", and each site waits until the one before is ready.',
    ];
  });
}

/** A StatefulSet that is made anew finds the claims of the old one by their names. */
function claimNotes({ resources, steps }: Preview): string[] {
  const workloads = new Map(
    resources.filter(({ type }) => type === FLEET_WORKLOAD).map(({ urn, name }) => [urn, name]),
  );
  const titlesOf = new Map<string, Set<string>>();
  for (const step of steps) {
    const workload = workloads.get(step.parent ?? "");
    if (workload === undefined || step.op !== "replace" || !step.type.endsWith(":StatefulSet")) continue;
    if (isSame(step, "volumeClaimTemplates")) continue;
    titlesOf.set(workload, (titlesOf.get(workload) ?? new Set()).add(titleOf(step)));
  }
  return [...titlesOf].map(
    ([workload, titles]) =>
      `One update makes ${[...titles].join(", ")} of FleetWorkload "${workload}" anew with other volumeClaimTemplates: its pods go all at ` +
      "once, and come back to the claims that they had, of the old size and class. Change those claims yourself " +
      "(kubectl patch pvc), or give the StatefulSet another name and move the data.",
  );
}

/** Whether a step rolls out other pods, rather than more or fewer of the same. What is replaced ends all that it had. */
function changesPods(step: Step): boolean {
  if (!ROLLED_OUT.test(step.type)) return false;
  return step.op === "replace" || (step.op === "update" && !isSame(step, "template"));
}

function isSame({ inputs, oldInputs }: Step, member: string): boolean {
  const [before, after] = [oldInputs, inputs].map((of) => (of?.spec as Record<string, unknown> | undefined)?.[member]);
  return isDeepStrictEqual(before, after);
}

/** An object as its manifest names it. */
function titleOf({ type, inputs }: Step): string {
  const { namespace, name } = (inputs?.metadata ?? {}) as { readonly namespace?: string; readonly name?: string };
  return `${type.split(":").at(-1)} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
