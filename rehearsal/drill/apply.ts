import { setTimeout as sleep } from "node:timers/promises";
import { groupOf } from "../../lib/plan/demand/identity";
import type { KubernetesObject } from "../../lib/plan/workloads";
import { stagesOf } from "../../lib/workloads/stages";
import { ApiError, NoMatch } from "../clusters/provider/apiError";
import { AwaitFailure, Awaits } from "../clusters/provider/awaits";
import { Connection } from "../clusters/provider/connection";
import { isCustomResourceDefinition, textAt } from "../clusters/provider/objects";
import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf } from "../clusters/sites/kubernetes";
import { UserError } from "../userError";
import { isOfAnother, siteError } from "./answers";

const MANAGER = "multisite-drill";

/** How objects are put into sites. */
export interface Applying {
  /** Where an object was written, for messages; undefined where nobody wrote it. */
  readonly whereOf: (object: KubernetesObject) => string | undefined;
  /** Seconds that a site's answer may take. @default 60 */
  readonly answerSeconds: number | undefined;
}

const TIMEOUT_SECONDS = 60;

/**
 * Seconds in which a definition that was just made is served, and a quota is in force: some manifests have dozens, and all sites
 * start at once.
 */
const SERVED_SECONDS = 60;

/** What a site refuses, and why. */
interface Refusal {
  readonly object: KubernetesObject;
  readonly why: string;
}

/**
 * Puts objects into sites by server-side apply, in the stages in which a `FleetWorkload` makes them: a pod that comes before
 * its LimitRange or its ServiceAccount asks for something else, or is refused.
 * @throws UserError with everything that the sites' API servers refuse, each once with all sites that do; or with the first site
 * that does not answer.
 */
export async function apply(
  sites: readonly { readonly site: LocalSite; readonly objects: readonly KubernetesObject[] }[],
  { whereOf = () => undefined, answerSeconds = TIMEOUT_SECONDS }: Partial<Applying> = {},
): Promise<void> {
  const refused = await Promise.all(sites.map(({ site, objects }) => applyTo(site, objects, answerSeconds)));
  if (refused.every((refusals) => refusals.length === 0)) return;
  const sitesBy = new Map<string, string[]>();
  for (const [index, refusals] of refused.entries()) {
    for (const { object, why } of refusals) {
      const where = whereOf(object);
      const line = `  ${where === undefined ? "" : `${where} `}${nameOf(object)}: ${why}`;
      sitesBy.set(line, [...(sitesBy.get(line) ?? []), sites[index]?.site.name ?? ""]);
    }
  }
  throw new UserError(bySites(sitesBy).join("\n"));
}

/** What the same sites refuse stands together, under their names. */
function bySites(sitesBy: ReadonlyMap<string, readonly string[]>): string[] {
  const linesBy = new Map<string, string[]>();
  for (const [line, [first, ...more]] of sitesBy) {
    const who = more.length === 0 ? `Site ${first} refuses:` : `Sites ${[first, ...more].join(", ")} refuse:`;
    linesBy.set(who, [...(linesBy.get(who) ?? []), line]);
  }
  return [...linesBy].flatMap(([who, lines]) => [who, ...lines]);
}

/** Whether an answer is about the site and not about what it was sent: it knows nobody, or is too late, or no API server gave it. */
function isOfSite(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  const { code, isStatus } = error;
  return isStatus ? code === 401 || code > 500 : code !== 404;
}

/** @returns what the site refuses, in the order of the objects. @throws UserError when it does not answer. */
async function applyTo(
  site: LocalSite,
  objects: readonly KubernetesObject[],
  answerSeconds: number,
): Promise<Refusal[]> {
  const connection = await Connection.open(await kubeConfigOf(site.kubeconfig), answerSeconds);
  const definitions = objects.filter(isCustomResourceDefinition);
  const defined = new Set(definitions.map(definedBy));
  const refused = new Map<KubernetesObject, string>();
  const refusedDefinition = (object: KubernetesObject) =>
    definitions.find((one) => refused.has(one) && definedBy(one) === titleOf(object));
  const awaits = new Awaits(connection, () => {});
  const put = async (object: KubernetesObject) => {
    const isWaitedFor = defined.has(titleOf(object)) && refusedDefinition(object) === undefined;
    const until = performance.now() + (isWaitedFor ? SERVED_SECONDS * 1000 : 0);
    for (;;) {
      try {
        const live = await connection.apply(withoutNulls(object), { fieldManager: MANAGER, force: true });
        // An API server that has just looked for quotas in a namespace without any lets pods in until it hears of the first.
        if (object.kind === "ResourceQuota")
          await awaits.ready({ urn: nameOf(object), inputs: live, live, seconds: SERVED_SECONDS });
        return;
      } catch (error) {
        if (isOfSite(error))
          throw siteError(site.name, `was to take ${nameOf(object)}`, error.message, isOfAnother(error));
        if (error instanceof AwaitFailure) {
          refused.set(object, [error.message, ...error.problems].join(": "));
          return;
        }
        const isUnknown = error instanceof NoMatch;
        if (isUnknown && performance.now() < until) {
          await sleep(200);
          continue;
        }
        const definition = isUnknown ? refusedDefinition(object) : undefined;
        if (definition !== undefined) refused.set(object, withoutDefinition(object, definition));
        else
          refused.set(
            object,
            isUnknown ? await unknownKind(object, connection) : withoutDumps((error as Error).message),
          );
        return;
      }
    }
  };
  try {
    for (const stage of stagesOf(objects)) await Promise.all(stage.map(put));
  } finally {
    connection.close();
  }
  return objects.flatMap((object) => {
    const why = refused.get(object);
    return why === undefined ? [] : [{ object, why }];
  });
}

function withoutDefinition({ apiVersion, kind }: KubernetesObject, { metadata }: KubernetesObject): string {
  return `the site knows no ${kind} of ${apiVersion}: its CustomResourceDefinition ${metadata.name} was refused`;
}

/**
 * A refusal without the values that an API server shows in Go's notation: where a field is immutable, kilobytes, and at each site
 * others, since they hold its UIDs; where one has the wrong type, what may be secret. Several of these come in any order.
 */
export function withoutDumps(message: string): string {
  const told = message
    .replace(/Invalid value: [\w.*&[\]]+\{.*?\}: /gs, "")
    .replace(/, got &value\.valueUnstructured\{.*\}$/gm, "");
  const [first = "", ...others] = told.split("\n");
  return [first, ...(first.endsWith("errors:") ? others.sort() : others)].join("\n");
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
