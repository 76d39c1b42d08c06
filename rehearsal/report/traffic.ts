import type { TrafficPlan } from "../../lib/plan/routing/plan";
import type { RoutedShares } from "../../lib/plan/routing/received";
import type { ResourceView } from "../engine";
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
  /** What to enter at the registrar of the zone: known after `up`, and null before. Empty where all zones exist already. */
  nameServers: string[] | null;
  /** Whoever chooses the site: the front, else every DNS service. */
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
  handover: "weighted" | "equal" | "nearest" | "spill";
  weights: Record<string, number>;
}

/** The traffic of a plan; null where there is none. */
export function reportTraffic(
  traffic: TrafficPlan | undefined,
  routing: RoutedShares | undefined,
  resources: readonly ResourceView[],
): ReportTraffic | null {
  if (traffic === undefined) return null;
  return {
    domain: traffic.domain,
    zone: traffic.zone,
    failover: traffic.failover,
    failoverSeconds: traffic.failoverSeconds,
    objectiveSeconds: traffic.objectiveSeconds,
    nameServers: nameServersOf(resources),
    services: traffic.steering.map(({ service, detectionSeconds, ttlSeconds, totalSeconds }) => {
      const shares = routing?.services.find((one) => one.service === service);
      const handover = shares?.handover ?? (traffic.failover === "nearest" ? "nearest" : "equal");
      return { service, detectionSeconds, ttlSeconds, totalSeconds, handover, weights: { ...shares?.weights } };
    }),
    users: { ...routing?.users },
    notes: [...traffic.notes],
  };
}

const ENDPOINT = "multisite:index:GlobalEndpoint";

/** Those of the endpoint, once every zone has said its own. */
function nameServersOf(resources: readonly ResourceView[]): string[] | null {
  const servers = resources.find(({ type }) => type === ENDPOINT)?.outputs.nameServers;
  const isKnown = Array.isArray(servers) && servers.every((one) => typeof one === "string");
  return isKnown ? (servers as string[]) : null;
}

const HANDOVER = {
  weighted: "by weight over all others",
  equal: "alike over all others",
  spill: "to the next nearest that has room",
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
    { heading: "OBJECTIVE s", right: true },
    { heading: "A LOST SITE'S USERS GO" },
  ];
  const rows = traffic.services.map((one) => [
    one.service,
    figure(one.detectionSeconds),
    figure(one.ttlSeconds),
    figure(one.totalSeconds),
    `${figure(traffic.objectiveSeconds)}${one.totalSeconds > traffic.objectiveSeconds ? " missed" : ""}`,
    HANDOVER[one.handover],
  ]);
  const { failoverSeconds, objectiveSeconds } = traffic;
  const isWithin = failoverSeconds <= objectiveSeconds;
  const paint = isWithin ? colors.green : colors.red;
  const verdict = `Fail-over takes at most ${failoverSeconds} s; the objective is ${paint(`${objectiveSeconds} s`)}${isWithin ? "" : ", which it misses"}.`;
  const lines = [`Traffic of ${traffic.domain}\n${table(columns, rows)}`, verdict];
  lines.push(...registrarLines(traffic));
  if (traffic.notes.length > 0) lines.push("Note:", ...traffic.notes.map((note) => `  - ${note}`));
  return lines.join("\n");
}

/** Rehearsed zones make up their name servers as the services name them. */
function registrarLines({ zone, nameServers }: ReportTraffic): string[] {
  if (nameServers === null || nameServers.length === 0) return [];
  return [
    `At the registrar of ${zone}, enter all of these name servers (made up here; the program's own output has the real ones):`,
    ...nameServers.map((one) => `  ${one}`),
  ];
}
