import type { MeshSeen, MeshStatus } from "../../lib/plan/mesh";
import type { SitePlan } from "../../lib/plan/plan";
import { table } from "../report/table";
import type { SiteAnswer } from "./collect";

/** A site of the fleet, what it told, and what follows. */
export interface SiteReport {
  readonly name: string;
  readonly state: SitePlan["state"];
  /** Undefined for a site that is not awaited. */
  readonly answer: SiteAnswer | undefined;
  readonly status: MeshStatus | undefined;
}

const COLUMNS = ["SITE", "CILIUM", "MESH API", "AGENTS", "PEERS READY", "PATH MTU", "FIRST EXPIRY"];

/** What each site told, one line a site. */
export function meshTable(sites: readonly SiteReport[]): string {
  const rows = sites.map(({ name, state, answer, status }) => [name, ...cells(state, answer, status)]);
  return table(
    COLUMNS.map((heading) => ({ heading })),
    rows,
  );
}

function cells(
  state: SitePlan["state"],
  answer: SiteAnswer | undefined,
  status: MeshStatus | undefined,
): readonly string[] {
  if (answer === undefined) return [`${state}: not asked`];
  if (!answer.reached) return [`not reached: ${answer.reason}`];
  const { seen } = answer;
  const agents = seen.agents + (seen.unaskedAgents?.count ?? 0);
  const peers = status?.peers ?? [];
  const addresses = seen.addresses.length > 0 ? ` at ${seen.addresses.join(", ")}` : "";
  return [
    seen.versions.join(", ") || "unknown",
    `${seen.apiReplicas}/${seen.apiReplicasWanted ?? seen.apiReplicas}${addresses}`,
    `${seen.agents}/${agents}`,
    `${peers.filter(({ isReady }) => isReady).length}/${peers.length}`,
    pathText(seen),
    firstEnd(seen),
  ];
}

function pathText({ paths }: MeshSeen): string {
  if (paths === undefined) return "not probed";
  const worst = new Map<string, string>();
  for (const { peer, wantedBytes, passedBytes } of [...paths].sort((a, b) => b.passedBytes - a.passedBytes)) {
    worst.set(peer, passedBytes >= wantedBytes ? `${peer} ${passedBytes}` : `${peer} ${passedBytes} of ${wantedBytes}`);
  }
  return [...worst.values()].sort().join(", ");
}

function firstEnd({ certificates }: MeshSeen): string {
  const ends = Object.values(certificates).flatMap((end) => end ?? []);
  return ends.length === 0 ? "" : new Date(Math.min(...ends.map(Number))).toISOString().slice(0, 10);
}

/** Everything that is wrong, under the names of the sites; undefined where nothing is. */
export function problemsText(sites: readonly SiteReport[], skew: readonly string[]): string | undefined {
  const lines = sites.flatMap(({ name, answer, status }) => {
    if (answer === undefined) return [];
    if (!answer.reached) return [`  ${name}: ${answer.reason}.`];
    return (status?.problems ?? []).map((problem) => `  ${name}: ${problem}`);
  });
  const all = [...lines, ...skew.map((problem) => `  ${problem}`)];
  return all.length === 0 ? undefined : ["Not as it is to be:", ...all].join("\n");
}
