import { setTimeout as sleep } from "node:timers/promises";
import { groupOf } from "../../lib/plan/demand/identity";
import type { KubernetesObject } from "../../lib/plan/workloads";
import { stagesOf } from "../../lib/workloads/stages";
import { NoMatch } from "../clusters/provider/apiError";
import { Connection } from "../clusters/provider/connection";
import { isCustomResourceDefinition, textAt } from "../clusters/provider/objects";
import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf } from "../clusters/sites/kubernetes";
import { UserError } from "../userError";

const MANAGER = "multisite-drill";

/** Seconds that a site's answer may take. */
const TIMEOUT_SECONDS = 60;

/** Seconds in which a definition that was just made is served: some manifests have dozens, and all sites start at once. */
const SERVED_SECONDS = 60;

/**
 * Puts objects into sites by server-side apply, in the stages in which a `FleetWorkload` makes them: a pod that comes before
 * its LimitRange or its ServiceAccount asks for something else, or is refused.
 * @throws UserError with everything that the sites' API servers refuse.
 */
export async function apply(
  sites: readonly { readonly site: LocalSite; readonly objects: readonly KubernetesObject[] }[],
): Promise<void> {
  const refused = await Promise.all(sites.map(({ site, objects }) => applyTo(site, objects)));
  const problems = refused.flatMap((lines, index) =>
    lines.length === 0 ? [] : [`Site ${sites[index]?.site.name} refuses:`, ...lines],
  );
  if (problems.length > 0) throw new UserError(problems.join("\n"));
}

/** @returns what the site refuses, a line each. */
async function applyTo(site: LocalSite, objects: readonly KubernetesObject[]): Promise<string[]> {
  const connection = await Connection.open(await kubeConfigOf(site.kubeconfig), TIMEOUT_SECONDS);
  const defined = new Set(objects.filter(isCustomResourceDefinition).map(definedBy));
  const problems: string[] = [];
  const put = async (object: KubernetesObject) => {
    const until = performance.now() + (defined.has(titleOf(object)) ? SERVED_SECONDS * 1000 : 0);
    for (;;) {
      try {
        await connection.apply(withoutNulls(object), { fieldManager: MANAGER, force: true });
        return;
      } catch (error) {
        const isUnknown = error instanceof NoMatch;
        if (isUnknown && performance.now() < until) {
          await sleep(200);
          continue;
        }
        const why = isUnknown ? await unknownKind(object, connection) : (error as Error).message;
        problems.push(`  ${nameOf(object)}: ${why}`);
        return;
      }
    }
  };
  try {
    for (const stage of stagesOf(objects)) await Promise.all(stage.map(put));
  } finally {
    connection.close();
  }
  return problems.sort();
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** A kind as its definition names it: whatever the version. */
function titleOf({ apiVersion, kind }: KubernetesObject): string {
  return `${kind}.${groupOf(apiVersion)}`;
}

function definedBy({ spec }: KubernetesObject): string {
  return `${textAt(spec, "names", "kind")}.${textAt(spec, "group")}`;
}

/**
 * An object without members that are null, such as a key with nothing but comments below it: an API server drops them from
 * what it is sent, but for server-side apply to a custom resource, which it refuses.
 */
function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)])) as T;
}

/** Where `extensions` of old has its kinds now. */
const SUCCESSORS_OF_EXTENSIONS = ["apps", "networking.k8s.io", "policy"];

/** What to do about an object of a kind that the site does not have. */
async function unknownKind({ apiVersion, kind }: KubernetesObject, connection: Connection): Promise<string> {
  const group = groupOf(apiVersion);
  const groups = group === "extensions" ? SUCCESSORS_OF_EXTENSIONS : [group];
  for (const served of groups.flatMap((one) => [`${one}/v2`, `${one}/v1`])) {
    if (await connection.hasKind({ apiVersion: served, kind }))
      return `the site serves no ${apiVersion} of it any more: write it for ${served}`;
  }
  const advice = group.includes(".")
    ? "give its CustomResourceDefinition as well"
    : "this version of Kubernetes has none; leave it out";
  return `the site knows no ${kind} of ${apiVersion}: ${advice}`;
}
