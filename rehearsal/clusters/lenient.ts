/** Kinds of webhooks. */
const WEBHOOKS: readonly string[] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

/**
 * The object so that its webhooks refuse nothing while they do not answer: nothing runs in the pods of a rehearsal, and a
 * webhook behind them would refuse every object that it is to see. Versions that one converts are taken as they are.
 * @returns the same object where nothing of it changes.
 */
export function lenient<T extends { readonly kind: string; readonly webhooks?: unknown; readonly spec?: unknown }>(
  object: T,
): T {
  if (isConverted(object)) return { ...object, spec: { ...(object.spec as object), conversion: { strategy: "None" } } };
  if (!WEBHOOKS.includes(object.kind)) return object;
  const webhooks: unknown[] = Array.isArray(object.webhooks) ? object.webhooks : [];
  if (!webhooks.some(refuses)) return object;
  return { ...object, webhooks: webhooks.map((one) => (refuses(one) ? { ...one, failurePolicy: "Ignore" } : one)) };
}

/**
 * A Job without the time after which it is deleted: it is over at once where nothing runs, and could not be told from one that
 * never ran.
 * @returns the same object where nothing of it changes.
 */
export function lasting<T extends { readonly kind: string; readonly spec?: unknown }>(object: T): T {
  if (object.kind !== "Job") return object;
  const { ttlSecondsAfterFinished, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
  return ttlSecondsAfterFinished === undefined ? object : { ...object, spec };
}

/** Whether a webhook refuses what it does not answer for: what says nothing does. */
function refuses(webhook: unknown): webhook is object {
  const { clientConfig, failurePolicy } = (webhook ?? {}) as { clientConfig?: unknown; failurePolicy?: unknown };
  return isBehindPods(clientConfig) && failurePolicy !== "Ignore";
}

/** Whether an object is a definition whose versions pods convert into each other. */
function isConverted({ kind, spec }: { readonly kind: string; readonly spec?: unknown }): boolean {
  if (kind !== "CustomResourceDefinition") return false;
  const { conversion } = (spec ?? {}) as { conversion?: { webhook?: { clientConfig?: unknown } } };
  return isBehindPods(conversion?.webhook?.clientConfig);
}

/** Whether an API server asks a Service, and so its pods. */
export function isBehindPods(client: unknown): boolean {
  return ((client ?? {}) as { service?: unknown }).service instanceof Object;
}
