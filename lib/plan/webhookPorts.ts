import type { FleetSpec, SiteKind, SiteSpec } from "./spec";

/** A port of a node itself, and the program that listens there. */
export interface HostPort {
  /** As resources and messages call it: `cert-manager`. */
  readonly name: string;
  readonly port: number;
}

/**
 * Ports of webhooks and aggregated APIs that run on the host network, each its own: two on one port would never share a
 * node. On EKS the API server reaches no pod of an overlay; on the other clouds it does, and they stay in the pods' network.
 */
export const WEBHOOK_PORTS = { certManager: 10_260, trustManager: 10_261, metricsServer: 10_262 } as const;

export type WebhookName = keyof typeof WEBHOOK_PORTS;

/** How resources and messages call them. */
const NAMES: Readonly<Record<WebhookName, string>> = {
  certManager: "cert-manager",
  trustManager: "trust-manager",
  metricsServer: "metrics-server",
};

/**
 * Ports on which the same pods listen besides, for probes and metrics. By their charts' defaults trust-manager and
 * cert-manager's webhook both take 9402 (charts v0.25.0 and v1.21.2), so that no node could run both.
 */
export const BESIDE_WEBHOOKS = { trustManagerReadiness: 10_271, trustManagerMetrics: 10_281 } as const;

/**
 * Ports of a node that are taken by others: Kubernetes (its reference, "Ports and Protocols"), Cilium (1.20.2,
 * Documentation/operations/system_requirements.rst), EKS's add-ons (their charts) and what the library installs.
 */
const TAKEN: readonly (readonly [first: number, last: number, by: string])[] = [
  [2703, 2705, "eks-pod-identity-agent"],
  [4240, 4251, "Cilium"],
  [6060, 6062, "Cilium"],
  [6080, 6080, "cert-manager's webhook"],
  [8472, 8472, "Cilium"],
  [9402, 9402, "cert-manager's webhook"],
  [9808, 9809, "the EBS driver"],
  [9878, 9901, "Cilium"],
  [9962, 9964, "Cilium"],
  [10_248, 10_259, "Kubernetes"],
  [10_260, 10_260, "cert-manager's webhook"],
  [10_261, 10_261, "trust-manager's webhook"],
  [10_262, 10_262, "metrics-server"],
  [10_271, 10_271, "trust-manager"],
  [10_281, 10_281, "trust-manager"],
  [30_000, 32_767, "NodePorts of Services"],
];

/** Who has a port of every node already; undefined where it is free. */
export function takenBy(port: number): string | undefined {
  return TAKEN.find(([first, last]) => first <= port && port <= last)?.[2];
}

/** Whether a webhook of this name has its port by the library. */
export function isLibraryWebhook(name: string): boolean {
  return Object.values(NAMES).includes(name);
}

/** The port that a webhook takes on the host network; undefined where it needs none. */
export function hostWebhookPort(kind: SiteKind, webhook: WebhookName): number | undefined {
  return kind === "eks" ? WEBHOOK_PORTS[webhook] : undefined;
}

/** The ports of a site's nodes that its control plane calls: those of what the library installs there, and the team's own. */
export function calledPorts(site: SiteSpec, { trust, traffic }: Pick<FleetSpec, "trust" | "traffic">): HostPort[] {
  if (site.kind !== "eks") return [];
  const hasIssuer = trust?.signers?.includes("certManager") ?? false;
  const isAsking = traffic?.gateway?.certificate.by === "acme";
  const installed: readonly WebhookName[] = [
    ...(hasIssuer || isAsking ? (["certManager"] as const) : []),
    ...(hasIssuer ? (["trustManager"] as const) : []),
    "metricsServer",
  ];
  const own = Object.entries(site.webhookPorts ?? {}).map(([name, port]) => ({ name, port }));
  return [...installed.map((name) => ({ name: NAMES[name], port: WEBHOOK_PORTS[name] })), ...own];
}
