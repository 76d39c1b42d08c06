/** What was seen of the path from a node of a site to a node of a peer. */
export interface PathSeen {
  readonly peer: string;
  /** Address of the peer's node; undefined where none is known to probe. */
  readonly node: string | undefined;
  /** Bytes that a packet between the nodes may have by the plan, or by what Cilium detects at the node. */
  readonly wantedBytes: number;
  /** The largest packet that passed without being cut up, at most `wantedBytes`. 0: none was answered. */
  readonly passedBytes: number;
}

/** What is wrong with the paths to the peers. A peer to which nobody could probe is no proof that its path holds. */
export function pathProblems(
  peers: readonly { readonly name: string }[],
  paths: readonly PathSeen[] | undefined,
): string[] {
  if (paths === undefined) return [];
  return peers.flatMap(({ name }) => {
    const own = paths.filter(({ peer, node }) => peer === name && node !== undefined);
    if (own.length === 0) return [`What the path to ${name} carries cannot be told: no node of it could be probed.`];
    return own.flatMap(pathProblem);
  });
}

function pathProblem({ peer, node, wantedBytes, passedBytes }: PathSeen): string[] {
  if (passedBytes === 0) {
    return [`Node ${node} of ${peer} answers no echo: look at the link, at routes, and at firewalls for ICMP type 8.`];
  }
  if (passedBytes >= wantedBytes) return [];
  return [
    `The path to ${peer} carries ${passedBytes} bytes, and ${wantedBytes} are sent: packets that are larger vanish. ` +
      `Set mesh.mtuBytes to ${passedBytes} or less, or let the link carry more.`,
  ];
}
