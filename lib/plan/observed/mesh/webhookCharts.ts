import type { ObservedResource } from "../types";
import { isInstaller } from "./installations";
import { at, type Setting, settingsOf } from "./settings";

/** Where a chart's values say that its webhook or aggregated API runs on the host network, and on which port. */
interface Webhooked {
  readonly hostNetwork: readonly string[];
  readonly port: readonly string[];
  readonly defaultPort: number;
  /** What turns it off, where something does. */
  readonly enabled?: readonly string[];
}

/**
 * Charts that bring webhooks or aggregated APIs, by name. Source: values.yaml of cert-manager v1.21.2, trust-manager
 * v0.25.0 and metrics-server 3.13.1; of the others as they are published, 2026-11.
 */
const CHARTS: Readonly<Record<string, Webhooked>> = {
  "cert-manager": { hostNetwork: ["webhook", "hostNetwork"], port: ["webhook", "securePort"], defaultPort: 10_250 },
  "trust-manager": {
    hostNetwork: ["app", "webhook", "hostNetwork"],
    port: ["app", "webhook", "port"],
    defaultPort: 6443,
  },
  "metrics-server": { hostNetwork: ["hostNetwork", "enabled"], port: ["containerPort"], defaultPort: 10_250 },
  "aws-load-balancer-controller": { hostNetwork: ["hostNetwork"], port: ["webhookBindPort"], defaultPort: 9443 },
  gatekeeper: {
    hostNetwork: ["controllerManager", "hostNetwork"],
    port: ["controllerManager", "port"],
    defaultPort: 8443,
  },
  "ingress-nginx": {
    hostNetwork: ["controller", "hostNetwork"],
    port: ["controller", "admissionWebhooks", "port"],
    defaultPort: 8443,
    enabled: ["controller", "admissionWebhooks", "enabled"],
  },
  kyverno: {
    hostNetwork: ["admissionController", "hostNetwork"],
    port: ["admissionController", "webhookServer", "port"],
    defaultPort: 9443,
  },
};

/** What a release's webhook is set to; undefined for charts that bring none, or of which nobody knows. */
export function chartWebhook({ type, props }: ObservedResource): ChartWebhook | undefined {
  const chart = at(props, ["chart"]);
  const name = typeof chart === "string" ? chartName(chart) : undefined;
  if (!isInstaller(type) || name === undefined || !Object.hasOwn(CHARTS, name)) return undefined;
  const { hostNetwork, port, defaultPort, enabled } = CHARTS[name]!;
  const files = at(props, ["valueYamlFiles"]);
  const values = at(props, ["values"]) ?? {};
  const s = settingsOf(values, files === undefined || files === null);
  if (enabled !== undefined && s.flag(true, ...enabled) === false) return undefined;
  return { name, isOnHost: s.flag(false, ...hostNetwork), port: s.count(defaultPort, ...port) };
}

export interface ChartWebhook {
  readonly name: string;
  readonly isOnHost: Setting<boolean>;
  readonly port: Setting<number>;
}

/** The last part of a chart's name, path or address, without the version of its archive. */
function chartName(chart: string): string | undefined {
  return chart
    .replace(/\/+$/, "")
    .split("/")
    .at(-1)
    ?.replace(/(-v?\d[^/]*)?(\.tgz)?$/, "");
}
