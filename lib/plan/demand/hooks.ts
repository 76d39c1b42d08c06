import { isMap } from "./fields";
import type { Notes } from "./notes";
import type { Found } from "./objects";

/** Helm's annotation on objects that it applies at a moment of its own (helm.sh, Chart Hooks). */
const HOOK = "helm.sh/hook";

/** Moments at which objects of a release are made that stay: everything else happens when nobody installs it. */
const INSTALLING: readonly string[] = ["pre-install", "post-install", "pre-upgrade", "post-upgrade", "crd-install"];

const LEFT_OUT =
  "Helm alone runs these, for a test, a rollback or when the chart is removed (helm.sh/hook), so they are neither counted nor given to a site";

const APPLIED =
  "Hooks of a chart (helm.sh/hook) are applied with the rest, not before or after it, and stay; a chart that needs its hooks is given as a chart";

/**
 * Whether an object of manifests is for a site to have. `helm template` writes a chart's hooks among its objects: a Job that
 * cleans up before a chart is removed must not run because somebody applied all of it.
 */
export function isApplied({ identity: { kind, name }, field }: Found, notes: Notes): boolean {
  const annotations = field.at("metadata", "annotations").value;
  const hook = isMap(annotations) && Object.hasOwn(annotations, HOOK) ? annotations[HOOK] : undefined;
  if (typeof hook !== "string" || hook.trim() === "") return true;
  const isInstalled = hook.split(",").some((one) => INSTALLING.includes(one.trim()));
  notes.add(isInstalled ? APPLIED : LEFT_OUT, `${kind} ${name}`);
  return isInstalled;
}
