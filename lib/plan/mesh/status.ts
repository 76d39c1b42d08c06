import type { CiliumMinor } from "../versions";
import { ciliumVersionAt, type MeshPlan, peersOf } from "./meshPlan";
import { type PathSeen, pathProblems } from "./paths";
import { ciliumMinor } from "./skew";

/** What was seen of the mesh in one site. */
export interface MeshSeen {
  /** The peers by the site's own objects, with the addresses under which it looks for them. */
  readonly peers: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** Peers whose API the site knows, and whom its agents are told not to follow. @default none */
  readonly withdrawn?: readonly string[];
  /** Agents that follow a peer, by its name; absent where no agent could be asked. */
  readonly readyAgents?: Readonly<Record<string, number>>;
  /** Agents that were asked. */
  readonly agents: number;
  /** Agents that could not be asked, and why. @default none */
  readonly unaskedAgents?: { readonly count: number; readonly reason: string };
  /** Versions of Cilium that run in the site, such as `1.19.5`. */
  readonly versions: readonly string[];
  /** Last moments of the mesh's certificates, by the names of their Secrets; undefined for one that cannot be read. */
  readonly certificates: Readonly<Record<string, Date | undefined>>;
  /** Addresses that the Service of the mesh API has. */
  readonly addresses: readonly string[];
  /** Ready replicas of the mesh API. */
  readonly apiReplicas: number;
  /** Replicas that it is to have. @default as many as are ready */
  readonly apiReplicasWanted?: number;
  /** What the paths to the peers' nodes carry. @default nobody was asked to probe them */
  readonly paths?: readonly PathSeen[];
  readonly now: Date;
}

/** The state of one site's links. */
export interface MeshStatus {
  readonly site: string;
  readonly isReady: boolean;
  readonly peers: readonly PeerStatus[];
  /** What is wrong and what to do, a sentence each. */
  readonly problems: readonly string[];
}

export interface PeerStatus {
  readonly name: string;
  /** Undefined where no agent could be asked. */
  readonly isReady: boolean | undefined;
}

/** Days before the end of a certificate from which on it is a problem. */
const RENEWAL_DAYS = 14;

/** What is wrong with a site's links. What cannot be told is no proof: a site is ready only when all was seen. */
export function meshStatus(plan: MeshPlan, site: string, seen: MeshSeen): MeshStatus {
  const peers = peersOf(plan, site).map(({ name }) => ({ name, isReady: isFollowed(name, seen) }));
  const withdrawn = seen.withdrawn ?? [];
  const followed = peers.filter(({ name }) => !withdrawn.includes(name));
  const problems = [
    ...peerProblems(plan, site, seen),
    ...withdrawnProblems(peers, withdrawn),
    ...followed.flatMap(({ name, isReady }) => linkProblem(name, isReady, seen)),
    ...unaskedProblems(seen),
    ...versionProblems(ciliumVersionAt(plan, site), seen),
    ...certificateProblems(seen),
    ...addressProblems(plan, site, seen),
    ...replicaProblems(seen),
    ...pathProblems(followed, seen.paths),
  ];
  return { site, isReady: problems.length === 0, peers, problems };
}

function isFollowed(peer: string, { readyAgents, agents }: MeshSeen): boolean | undefined {
  if (readyAgents === undefined || agents === 0) return undefined;
  return (readyAgents[peer] ?? 0) >= agents;
}

function linkProblem(
  peer: string,
  isReady: boolean | undefined,
  { readyAgents, agents, unaskedAgents }: MeshSeen,
): string[] {
  if (isReady) return [];
  if (isReady === undefined) {
    const why = unaskedAgents === undefined ? "" : ` (${unaskedAgents.reason})`;
    return [`Whether ${peer} is followed cannot be told: no agent could be asked${why}.`];
  }
  return [
    `${readyAgents?.[peer] ?? 0} of ${agents} agents follow ${peer}: look at its mesh API and at the link to it.`,
  ];
}

function withdrawnProblems(peers: readonly PeerStatus[], withdrawn: readonly string[]): string[] {
  const own = peers.filter(({ name }) => withdrawn.includes(name));
  return own.map(
    ({ name }) =>
      `${name} is withdrawn here: no agent follows it, and none of its backends takes a request. The site's withdrawer takes ` +
      `it back when it answers again; without one, "pulumi refresh" and "pulumi up" for this site do.`,
  );
}

function unaskedProblems({ agents, unaskedAgents }: MeshSeen): string[] {
  // Without any that was asked, each link says so.
  if (unaskedAgents === undefined || unaskedAgents.count === 0 || agents === 0) return [];
  const { count, reason } = unaskedAgents;
  return [`${count} of ${agents + count} agents could not be asked: ${reason}.`];
}

function replicaProblems({ apiReplicas, apiReplicasWanted = apiReplicas }: MeshSeen): string[] {
  if (apiReplicas === 0) return ["No replica of the mesh API is ready: no peer sees this site."];
  if (apiReplicas >= apiReplicasWanted) return [];
  return [`${apiReplicas} of ${apiReplicasWanted} replicas of the mesh API are ready: the next loss hides this site.`];
}

function peerProblems(plan: MeshPlan, site: string, { peers }: MeshSeen): string[] {
  const planned = new Map(peersOf(plan, site).map(({ name, addresses }) => [name, addresses]));
  const known = new Map(peers.map(({ name, addresses }) => [name, addresses]));
  const missing = [...planned.keys()].filter((name) => !known.has(name));
  const extra = [...known.keys()].filter((name) => !planned.has(name));
  const moved = [...planned].filter(([name, addresses]) => known.has(name) && !same(addresses, known.get(name)!));
  return [
    ...missing.map((name) => `${name} is no peer here yet: run "pulumi up" for this site.`),
    ...extra.map((name) => `${name} is a peer here and in no plan: run "pulumi up" for this site.`),
    ...moved.map(
      ([name, wanted]) => `${name} is looked for at ${list(known.get(name)!)}, and planned at ${list(wanted)}.`,
    ),
  ];
}

function versionProblems(planned: CiliumMinor, { versions }: MeshSeen): string[] {
  const wanted = ciliumMinor(planned);
  return versions
    .filter((version) => !(Math.abs(ciliumMinor(version) - wanted) <= 1))
    .map((version) => `Cilium ${version} runs here: sites may be one minor version apart, and ${planned} is planned.`);
}

function certificateProblems({ certificates, now }: MeshSeen): string[] {
  return Object.entries(certificates).flatMap(([name, end]) => {
    if (end === undefined) return [`Secret ${name} holds no certificate that can be read.`];
    const days = Math.floor((end.getTime() - now.getTime()) / 86_400_000);
    if (days < 0) return [`Secret ${name}: its certificate ended on ${end.toISOString().slice(0, 10)}.`];
    return days < RENEWAL_DAYS ? [`Secret ${name}: its certificate ends in ${days} days, renew it.`] : [];
  });
}

function addressProblems({ members }: MeshPlan, site: string, { addresses }: MeshSeen): string[] {
  const planned = members.find(({ name }) => name === site)?.addresses ?? [];
  // A Service behind a load balancer of ours has none of its own.
  if (addresses.length === 0 || same(planned, addresses)) return [];
  return [`Its mesh API is at ${list(addresses)}, and its peers look for it at ${list(planned)}.`];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function list(words: readonly string[]): string {
  return words.join(", ") || "no address";
}
