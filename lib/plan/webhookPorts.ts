import type { SiteKind } from "./spec";

/**
 * Ports of webhooks that run on the host network, each its own: two on one port would never share a node. On EKS the API
 * server reaches no pod of an overlay; on the other clouds it does, and webhooks stay in the pods' network.
 */
export const WEBHOOK_PORTS = { certManager: 10_260, trustManager: 10_261 } as const;

/** The port that a webhook takes on the host network; undefined where it needs none. */
export function hostWebhookPort(kind: SiteKind, webhook: keyof typeof WEBHOOK_PORTS): number | undefined {
  return kind === "eks" ? WEBHOOK_PORTS[webhook] : undefined;
}
