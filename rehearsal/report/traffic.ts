import type { TrafficPlan } from "../../lib/plan/routing/plan";
import type { RoutedShares } from "../../lib/plan/routing/received";
import type { Terminal } from "../terminal";
import { type Column, figure, table } from "./table";

/** Where users go, as `--json` writes it. */
export interface ReportTraffic {
  domain: string;
  zone: string;
  failover: "spread" | "nearest";
  /** Seconds after which no resolver that keeps to the TTL sends users to a lost site. */
  failoverSeconds: number;
  objectiveSeconds: number;
  services: ReportService[];
  /** Part of all users that each site is nearest to, by site. */
  users: Record<string, number>;
  notes: string[];
}

export interface ReportService {
  service: string;
  detectionSeconds: number;
  ttlSeconds: number;
  totalSeconds: number;
  /** How a lost site's users are handed on: in proportion to `weights`, alike, or nobody knows. */
  handover: "weighted" | "equal" | "nearest";
  weights: Record<string, number>;
}

/** The traffic of a plan; null where there is none. */
export function reportTraffic(
  traffic: TrafficPlan | undefined,
  routing: RoutedShares | undefined,
): ReportTraffic | null {
  if (traffic === undefined) return null;
  return {
    domain: traffic.domain,
    zone: traffic.zone,
    failover: traffic.failover,
    failoverSeconds: traffic.failoverSeconds,
    objectiveSeconds: traffic.objectiveSeconds,
    services: traffic.services.map(({ service, time }) => {
      const shares = routing?.services.find((one) => one.service === service);
      const { detectionSeconds, ttlSeconds, totalSeconds } = time;
      const handover = shares?.handover ?? (traffic.failover === "nearest" ? "nearest" : "equal");
      return { service, detectionSeconds, ttlSeconds, totalSeconds, handover, weights: { ...shares?.weights } };
    }),
    users: { ...routing?.users },
    notes: [...traffic.notes],
  };
}

const HANDOVER = {
  weighted: "by weight over all others",
  equal: "alike over all others",
  nearest: "to the next nearest, whichever that is",
} as const;

/** How long a loss shows at each service, where its users go, and what is risked. */
export function trafficText(traffic: ReportTraffic | null, colors: Terminal["colors"]): string {
  if (traffic === null) return "";
  const columns: Column[] = [
    { heading: "SERVICE" },
    { heading: "DETECTED s", right: true },
    { heading: "TTL s", right: true },
    { heading: "GONE AFTER s", right: true },
    { heading: "A LOST SITE'S USERS GO" },
  ];
  const rows = traffic.services.map((one) => [
    one.service,
    figure(one.detectionSeconds),
    figure(one.ttlSeconds),
    figure(one.totalSeconds),
    HANDOVER[one.handover],
  ]);
  const { failoverSeconds, objectiveSeconds } = traffic;
  const isWithin = failoverSeconds <= objectiveSeconds;
  const paint = isWithin ? colors.green : colors.red;
  const verdict = `Fail-over takes at most ${failoverSeconds} s; the objective is ${paint(`${objectiveSeconds} s`)}${isWithin ? "" : ", which it misses"}.`;
  const lines = [`Traffic of ${traffic.domain}\n${table(columns, rows)}`, verdict];
  if (traffic.notes.length > 0) lines.push("Note:", ...traffic.notes.map((note) => `  - ${note}`));
  return lines.join("\n");
}
