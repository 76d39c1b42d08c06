import { Notes } from "../../lib/plan/demand/notes";
import type { KubernetesObject } from "../../lib/plan/workloads";

const WEBHOOKS: readonly string[] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

/** Manifests' objects as a drill can play them, and what was changed in them, in sentences. */
export interface Playable {
  readonly objects: readonly KubernetesObject[];
  readonly notes: readonly string[];
}

/**
 * The objects without what a site of a drill cannot answer. Nothing runs in its pods: a webhook behind them would refuse every
 * object that it is to see, and an aggregated API would let no namespace go. Jobs are over at once, and one that is then
 * deleted could not be told from one that never ran. Charts are installed in the same way.
 */
export function playable(objects: readonly KubernetesObject[]): Playable {
  const notes = new Notes();
  const kept = objects.flatMap((object): KubernetesObject[] => {
    const { kind } = object;
    const changed = WEBHOOKS.includes(kind) ? lenient(object) : kind === "Job" ? lasting(object) : object;
    const isLeftOut = kind === "APIService" && isBehindPods(object.spec);
    const matter = isLeftOut ? LEFT_OUT : changed !== object ? (kind === "Job" ? LASTING : LENIENT) : undefined;
    if (matter !== undefined) notes.add(matter, `${kind} ${object.metadata.name}`);
    return isLeftOut ? [] : [changed];
  });
  return { objects: kept, notes: notes.lines() };
}

const LENIENT = "Nothing answers behind pods here, so in the drill these refuse nothing (failurePolicy: Ignore)";
const LEFT_OUT = "Nothing answers behind pods here, so the drill leaves these out";
const LASTING = "Jobs end at once here, and are kept until the drill is over (no ttlSecondsAfterFinished)";

function lenient(object: KubernetesObject): KubernetesObject {
  const webhooks: unknown[] = Array.isArray(object.webhooks) ? object.webhooks : [];
  if (!webhooks.some(refuses)) return object;
  return { ...object, webhooks: webhooks.map((one) => (refuses(one) ? { ...one, failurePolicy: "Ignore" } : one)) };
}

/** Whether a webhook refuses what it does not answer for: what says nothing does. */
function refuses(webhook: unknown): webhook is object {
  const { clientConfig, failurePolicy } = (webhook ?? {}) as { clientConfig?: unknown; failurePolicy?: unknown };
  return isBehindPods(clientConfig) && failurePolicy !== "Ignore";
}

function isBehindPods(client: unknown): boolean {
  return ((client ?? {}) as { service?: unknown }).service instanceof Object;
}

function lasting(job: KubernetesObject): KubernetesObject {
  const { ttlSecondsAfterFinished, ...spec } = (job.spec ?? {}) as Record<string, unknown>;
  return ttlSecondsAfterFinished === undefined ? job : { ...job, spec };
}
