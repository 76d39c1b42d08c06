import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesObject } from "../../lib/plan/workloads";
import type { LocalSite } from "../clusters/sites";
import { kubeConfigOf, kubernetes } from "../clusters/sites/kubernetes";
import { UserError } from "../userError";

const MANAGER = "multisite-drill";

/** What must be there before the rest can be. */
const FIRST: readonly string[] = ["Namespace", "CustomResourceDefinition", "PriorityClass"];

/** Times that a custom resource is tried while its definition, just made, is not served yet, a fifth of a second apart. */
const ATTEMPTS = 50;

/**
 * Puts objects into sites by server-side apply, what others need first.
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
  const { KubernetesObjectApi, PatchStrategy } = await kubernetes();
  const config = await kubeConfigOf(site.kubeconfig);
  // A client keeps what it has read of the kinds that a site serves.
  let client = KubernetesObjectApi.makeApiClient(config);
  const defines = objects.some(({ kind }) => kind === "CustomResourceDefinition");
  const problems: string[] = [];
  const put = async (object: KubernetesObject) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const asked = object as Parameters<typeof client.patch>[0];
        await client.patch(asked, undefined, undefined, MANAGER, true, PatchStrategy.ServerSideApply);
        return;
      } catch (error) {
        const message = messageOf(error);
        if (isUnknownKind(message) && defines && attempt < ATTEMPTS) {
          await sleep(200);
          client = KubernetesObjectApi.makeApiClient(config);
          continue;
        }
        problems.push(`  ${nameOf(object)}: ${isUnknownKind(message) ? unknownKind(object) : message}`);
        return;
      }
    }
  };
  const rank = ({ kind }: KubernetesObject) => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
  for (let step = 0; step <= FIRST.length; step++) {
    await Promise.all(objects.filter((object) => rank(object) === step).map(put));
  }
  return problems.sort();
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** The API server's own sentence, or the client's where there is none. */
function messageOf(error: unknown): string {
  const { body, message } = error as { body?: unknown; message?: string };
  try {
    const status = (typeof body === "string" ? JSON.parse(body) : body) as { message?: string } | undefined;
    return status?.message ?? message ?? String(error);
  } catch {
    return message ?? String(error);
  }
}

function isUnknownKind(message: string): boolean {
  return /could not find the requested resource|Unrecognized API version and kind|page not found/i.test(message);
}

function unknownKind({ apiVersion, kind }: KubernetesObject): string {
  return `the site knows no ${kind} of ${apiVersion}: give its CustomResourceDefinition as well`;
}
