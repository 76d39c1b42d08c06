import { isDeepStrictEqual } from "node:util";
import { SITE } from "../../lib/plan/observed";
import type { RunResult, Step } from "../engine";
import { FLEET_WORKLOAD } from "../placed";

type Preview = Pick<RunResult, "resources" | "steps">;

/** Kinds whose pods are made anew when their template changes. */
const ROLLED_OUT = /^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)$/;

/**
 * What one update rolls out in several sites that serve, where nothing has them wait for each other, what it makes anew, and claims
 * that it leaves as they are.
 * @param serving names of the sites that were there before the update and serve after it
 * @param preview of a program with one Fleet
 */
export function rolloutNotes(serving: readonly string[], preview: Preview): string[] {
  return [...releaseNotes(serving, preview), ...anewNotes(serving, preview), ...claimNotes(preview)];
}

/** Objects by their titles, and the sites that serve at which some of these steps are. */
type SitesOf = ReadonlyMap<string, ReadonlySet<string>>;

function sitesOf(steps: readonly Step[], serving: readonly string[], { resources }: Preview): SitesOf {
  const byUrn = new Map(resources.map((one) => [one.urn, one]));
  const siteOf = ({ provider = "" }: Step): string | undefined => {
    const made = byUrn.get(provider.slice(0, provider.lastIndexOf("::")));
    const site = byUrn.get(made?.parent ?? "");
    return site?.type === SITE ? site.name : undefined;
  };
  const found = new Map<string, Set<string>>();
  for (const step of steps) {
    const site = siteOf(step);
    if (site === undefined || !serving.includes(site)) continue;
    const title = titleOf(step);
    found.set(title, (found.get(title) ?? new Set()).add(site));
  }
  return found;
}

/** Those among the sites at which some of these are, in their order. */
function sitesWith(some: Iterable<readonly [string, ReadonlySet<string>]>, serving: readonly string[]): string[] {
  const all = [...some];
  return serving.filter((name) => all.some(([, at]) => at.has(name)));
}

function releaseNotes(serving: readonly string[], preview: Preview): string[] {
  const changed = preview.steps.filter(changesPods);
  return preview.resources.flatMap((workload) => {
    if (workload.type !== FLEET_WORKLOAD || workload.inputs.rollout === "siteBySite") return [];
    const own = changed.filter(({ parent }) => parent === workload.urn);
    const several = [...sitesOf(own, serving, preview)].filter(([, sites]) => sites.size > 1);
    if (several.length === 0) return [];
    const sites = sitesWith(several, serving);
    const objects = several.map(([title]) => title).join(", ");
    return [
      `One update changes the pods of FleetWorkload "${workload.name}" in ${sites.length} sites that serve: ${sites.join(", ")} (${objects}). ` +
        'What breaks by it breaks in all of them: give it rollout: "siteBySite", and each site waits until the one before is ready.',
    ];
  });
}

/** What is made anew under the name that it has is taken away first, with all of its pods. */
function anewNotes(serving: readonly string[], preview: Preview): string[] {
  const anew = preview.steps.filter((step) => step.op === "replace" && changesPods(step) && !hasOtherClaims(step));
  return preview.resources.flatMap((workload) => {
    if (workload.type !== FLEET_WORKLOAD) return [];
    const own = anew.filter(({ parent }) => parent === workload.urn);
    const found = sitesOf(own, serving, preview);
    if (found.size === 0) return [];
    const fields = [...new Set(own.flatMap(fixedFields))].join(", ");
    const when =
      workload.inputs.rollout === "siteBySite" ? "one site after the other" : "in all of these sites at once";
    return [
      `One update makes ${[...found.keys()].join(", ")} of FleetWorkload "${workload.name}" anew in ${sitesWith(found, serving).join(", ")}` +
        `${fields === "" ? "" : `, for ${fields} cannot be changed`}: all of its pods there go before new ones start, ${when}. Leave that as it ` +
        "is; or add the new one under another name, and take the old one away when the new one runs.",
    ];
  });
}

/** Fields whose change makes an object anew, such as `spec.selector`. */
function fixedFields({ detailedDiff = {} }: Step): string[] {
  const paths = Object.entries(detailedDiff).filter(([, { kind }]) => kind.endsWith("-replace"));
  return paths.map(([path]) => path.split(".").slice(0, 2).join("."));
}

function hasOtherClaims(step: Step): boolean {
  return step.type.endsWith(":StatefulSet") && !isSame(step, "volumeClaimTemplates");
}

/** A StatefulSet that is made anew finds the claims of the old one by their names. */
function claimNotes({ resources, steps }: Preview): string[] {
  const workloads = new Map(
    resources.filter(({ type }) => type === FLEET_WORKLOAD).map(({ urn, name }) => [urn, name]),
  );
  const titlesOf = new Map<string, Set<string>>();
  for (const step of steps) {
    const workload = workloads.get(step.parent ?? "");
    if (workload === undefined || step.op !== "replace" || !hasOtherClaims(step)) continue;
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
