import { parse } from "yaml";
import { type MeshSeen, type PathSeen, PEER_OBJECT_NAMES } from "../../lib/plan/mesh";
import { certificatesIn } from "../../lib/plan/trust/bundle";
import { LEAF_SECRETS } from "../../lib/plan/trust/objects";
import { reasonOf } from "../clusters/sites/bounded";
import { Interrupted } from "../userError";
import { type AgentStatus, readNodes, readStatus } from "./agentStatus";
import { type PeerNode, pathProbe, readPaths } from "./pathMtu";
import type { AgentPod, MeshReader } from "./reader";

/** A site to ask; without a reader nobody can. */
export interface AskedMesh {
  readonly name: string;
  readonly reader: (() => Promise<MeshReader>) | undefined;
  /** Peers by the plan, whose paths are probed. */
  readonly peers: readonly string[];
}

/** How sites are asked. */
export interface Asking {
  /** Bytes that a packet between nodes may have. @default the MTU of the asking node's interface */
  readonly mtuBytes: number | undefined;
  /** Whether packets are sent along the paths to the peers. */
  readonly probesPaths: boolean;
  readonly signal: AbortSignal;
}

/** What a site told, or why it did not. */
export type SiteAnswer =
  | { readonly name: string; readonly reached: true; readonly seen: MeshSeen }
  | { readonly name: string; readonly reached: false; readonly reason: string };

/** What the user of a kubeconfig must be allowed. */
const READ = "Secrets, Services, Deployments and pods, or exec into the agents,";

/** Asks all sites at once. One that does not answer is named, and holds nobody up. */
export async function askMesh(sites: readonly AskedMesh[], asking: Asking): Promise<SiteAnswer[]> {
  const { signal } = asking;
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(new Interrupted());
    signal.addEventListener("abort", () => reject(new Interrupted()), { once: true });
  });
  return await Promise.race([Promise.all(sites.map((site) => ask(site, asking))), stopped]);
}

async function ask({ name, reader, peers }: AskedMesh, asking: Asking): Promise<SiteAnswer> {
  if (reader === undefined) return { name, reached: false, reason: "no --kubeconfig or --context was given for it" };
  try {
    const opened = await reader();
    return { name, reached: true, seen: await gather(opened, peers, asking) };
  } catch (error) {
    return { name, reached: false, reason: reasonOf(error, READ) };
  }
}

async function gather(reader: MeshReader, peers: readonly string[], asking: Asking): Promise<MeshSeen> {
  // First, so that a site that is down is asked nothing more.
  const pods = await reader.agents();
  const [known, followed, certificates, api, agents] = await Promise.all([
    reader.peerEntries(PEER_OBJECT_NAMES.kvstoreMesh),
    reader.peerEntries(PEER_OBJECT_NAMES.clusterMesh),
    certificateEnds(reader),
    reader.api(),
    askAgents(reader, pods, asking.signal),
  ]);
  const statuses = agents.flatMap(({ status }) => status ?? []);
  const unasked = agents.filter(({ status }) => status === undefined);
  const asker = agents.find(({ status }) => status !== undefined)?.pod;
  const paths = asking.probesPaths ? await probe(reader, asker, peers, asking.mtuBytes) : undefined;
  return {
    peers: Object.entries(known ?? {}).map(([name, entry]) => ({ name, addresses: addressesIn(entry) })),
    withdrawn: Object.keys(known ?? {}).filter((name) => !Object.hasOwn(followed ?? {}, name)),
    ...(statuses.length > 0 && { readyAgents: ready(statuses) }),
    agents: statuses.length,
    ...(unasked.length > 0 && { unaskedAgents: { count: unasked.length, reason: unasked[0]!.reason ?? "" } }),
    versions: [...new Set(agents.flatMap(({ status, pod }) => status?.version ?? pod.tag ?? []))].sort(),
    certificates,
    addresses: api?.addresses ?? [],
    apiReplicas: api?.ready ?? 0,
    ...(api && { apiReplicasWanted: api.wanted }),
    ...(paths && { paths }),
    now: new Date(),
  };
}

interface AskedAgent {
  readonly pod: AgentPod;
  readonly status?: AgentStatus;
  readonly reason?: string;
}

/** Agents that are asked at a time: each is a connection through the site's API server. */
const AT_A_TIME = 16;

async function askAgents(
  reader: MeshReader,
  pods: readonly AgentPod[],
  signal: AbortSignal,
): Promise<readonly AskedAgent[]> {
  const waiting = [...pods];
  const asked: AskedAgent[] = [];
  const worker = async () => {
    for (let pod = waiting.shift(); pod !== undefined && !signal.aborted; pod = waiting.shift()) {
      asked.push(await askAgent(reader, pod));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return asked.sort((a, b) => a.pod.name.localeCompare(b.pod.name));
}

async function askAgent(reader: MeshReader, pod: AgentPod): Promise<AskedAgent> {
  if (!pod.isReady) return { pod, reason: `pod ${pod.name} is not ready` };
  try {
    return { pod, status: readStatus(await reader.exec(pod.name, ["cilium-dbg", "status", "-o", "json"])) };
  } catch (error) {
    return { pod, reason: `pod ${pod.name}: ${reasonOf(error, READ)}` };
  }
}

function ready(statuses: readonly AgentStatus[]): Record<string, number> {
  const names = new Set(statuses.flatMap(({ peers }) => Object.keys(peers)));
  return Object.fromEntries([...names].map((name) => [name, statuses.filter(({ peers }) => peers[name]).length]));
}

/** Nodes of each peer to which packets are sent: what all of them share is the link. */
const NODES_EACH = 2;

/** @returns no paths where they cannot be probed: that is said of each peer. */
async function probe(
  reader: MeshReader,
  asker: AgentPod | undefined,
  peers: readonly string[],
  mtuBytes: number | undefined,
): Promise<PathSeen[]> {
  if (asker === undefined || peers.length === 0) return [];
  try {
    const listed = await reader.exec(asker.name, ["cilium-dbg", "node", "list", "-o", "json"]);
    const nodes: PeerNode[] = readNodes(listed, peers, NODES_EACH);
    if (nodes.length === 0) return [];
    return readPaths(await reader.exec(asker.name, pathProbe(nodes, mtuBytes)), nodes);
  } catch {
    return [];
  }
}

const LEAVES = ["meshServer", "meshAdmin", "meshRemote", "meshLocal"] as const;

async function certificateEnds(reader: MeshReader): Promise<Record<string, Date | undefined>> {
  const ends = LEAVES.map(async (role) => {
    const { namespace, name } = LEAF_SECRETS[role];
    return [name, endOf((await reader.held("Secret", namespace, name))?.data["tls.crt"] ?? "")] as const;
  });
  return Object.fromEntries(await Promise.all(ends));
}

/** When the first certificate of a chain to end does. */
function endOf(pem: string): Date | undefined {
  try {
    const ends = certificatesIn(pem, "it").map(({ validTo }) => new Date(validTo).getTime());
    return ends.length === 0 ? undefined : new Date(Math.min(...ends));
  } catch {
    return undefined;
  }
}

/** The addresses in a peer's entry, in either form that Cilium reads. */
function addressesIn(entry: string): string[] {
  try {
    const read = parse(entry) as {
      readonly endpoints?: readonly string[];
      readonly "cilium-host-aliases"?: readonly { readonly ips?: readonly string[] }[];
    };
    const aliases = (read["cilium-host-aliases"] ?? []).flatMap(({ ips }) => ips ?? []);
    return aliases.length > 0 ? aliases : (read.endpoints ?? []).map((url) => new URL(url).hostname);
  } catch {
    return [];
  }
}
