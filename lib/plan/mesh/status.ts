import { type MeshPlan, peersOf } from "./meshPlan";

/** What was seen of the mesh in one site. */
export interface MeshSeen {
  /** The peers by the site's own objects, with the addresses under which it looks for them. */
  readonly peers: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  /** Agents that follow a peer, by its name; absent where no agent could be asked. */
  readonly readyAgents?: Readonly<Record<string, number>>;
  /** Agents that were asked. */
  readonly agents: number;
  /** Versions of Cilium that run in the site, such as `1.19.5`. */
  readonly versions: readonly string[];
  /** Last moments of the mesh's certificates, by the names of their Secrets; undefined for one that cannot be read. */
  readonly certificates: Readonly<Record<string, Date | undefined>>;
  /** Addresses that the Service of the mesh API has. */
  readonly addresses: readonly string[];
  /** Ready replicas of the mesh API. */
  readonly apiReplicas: number;
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
  const problems = [
    ...peerProblems(plan, site, seen),
    ...peers.flatMap(({ name, isReady }) => linkProblem(name, isReady, seen)),
    ...versionProblems(plan, seen),
    ...certificateProblems(seen),
    ...addressProblems(plan, site, seen),
  ];
  if (seen.apiReplicas === 0) problems.push("No replica of the mesh API is ready: no peer sees this site.");
  return { site, isReady: problems.length === 0, peers, problems };
}

function isFollowed(peer: string, { readyAgents, agents }: MeshSeen): boolean | undefined {
  if (readyAgents === undefined || agents === 0) return undefined;
  return (readyAgents[peer] ?? 0) >= agents;
}

function linkProblem(peer: string, isReady: boolean | undefined, { readyAgents, agents }: MeshSeen): string[] {
  if (isReady) return [];
  if (isReady === undefined) return [`Whether ${peer} is followed cannot be told: no agent could be asked.`];
  return [
    `${readyAgents?.[peer] ?? 0} of ${agents} agents follow ${peer}: look at its mesh API and at the link to it.`,
  ];
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

function versionProblems({ ciliumVersion }: MeshPlan, { versions }: MeshSeen): string[] {
  const wanted = minor(ciliumVersion);
  return versions
    .filter((version) => !(Math.abs(minor(version) - wanted) <= 1))
    .map(
      (version) =>
        `Cilium ${version} runs here: sites may be one minor version apart, and ${ciliumVersion} is planned.`,
    );
}

function minor(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);
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
