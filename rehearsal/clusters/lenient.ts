/** Kinds of webhooks. */
const WEBHOOKS: readonly string[] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

/**
 * The object so that its webhooks refuse nothing while they do not answer: nothing runs in the pods of a rehearsal, and a
 * webhook behind them would refuse every object that it is to see.
 * @returns the same object where nothing of it changes.
 */
export function lenient<T extends { readonly kind: string; readonly webhooks?: unknown }>(object: T): T {
  if (!WEBHOOKS.includes(object.kind)) return object;
  const webhooks: unknown[] = Array.isArray(object.webhooks) ? object.webhooks : [];
  if (!webhooks.some(refuses)) return object;
  return { ...object, webhooks: webhooks.map((one) => (refuses(one) ? { ...one, failurePolicy: "Ignore" } : one)) };
}

/** Whether a webhook refuses what it does not answer for: what says nothing does. */
function refuses(webhook: unknown): webhook is object {
  const { clientConfig, failurePolicy } = (webhook ?? {}) as { clientConfig?: unknown; failurePolicy?: unknown };
  return isBehindPods(clientConfig) && failurePolicy !== "Ignore";
}

/** Whether an API server asks a Service, and so its pods. */
export function isBehindPods(client: unknown): boolean {
  return ((client ?? {}) as { service?: unknown }).service instanceof Object;
}
