/** What a site saw of a peer in one round of probes. */
export interface PeerSeen {
  /** Whether the peer's mesh API has answered. */
  readonly api: boolean;
  /** Whether any of its nodes has answered; undefined where no node of it is known. */
  readonly nodes: boolean | undefined;
}

/** By what a site withdraws its peers from itself, and takes them back. */
export interface WithdrawalRules {
  /** Peers that may be withdrawn at once: the losses that the fleet tolerates. 0 or more. */
  readonly atMost: number;
  /** Rounds in a row in which neither API nor nodes have answered, until a peer is withdrawn. */
  readonly lossRounds: number;
  /** Rounds in a row in which both have answered, until it is taken back. */
  readonly returnRounds: number;
  /** Rounds in a row for which a peer must answer until its earlier losses are forgotten. */
  readonly calmRounds: number;
}

/** What is kept of a peer from one round to the next. */
export interface PeerMemory {
  /** Rounds in a row in which nothing has answered. */
  readonly silent: number;
  /** Rounds in a row in which everything has. */
  readonly answered: number;
  /** Times that it was taken back without having been calm since. */
  readonly returns: number;
}

export type WithdrawalMemory = Readonly<Record<string, PeerMemory>>;

/** What a round leads to. */
export interface WithdrawalDecision {
  readonly memory: WithdrawalMemory;
  /** Peers to withdraw now. */
  readonly withdraw: readonly string[];
  /** Peers to take back now. */
  readonly takeBack: readonly string[];
  /** Peers that are as silent as one that is withdrawn, and are kept because as many are withdrawn as may be. */
  readonly heldBack: readonly string[];
  /** Whether no peer at all answers: then this site is cut off, and its peers are not lost. */
  readonly isCutOff: boolean;
}

/** A peer that comes and goes is taken back later each time, up to this many times as late. */
const MOST_DELAY = 16;

const NEW: PeerMemory = { silent: 0, answered: 0, returns: 0 };

/**
 * Decides by one round of probes which peers a site withdraws from itself.
 *
 * A peer counts as silent only when neither its API nor any of its nodes has answered, so that neither an API that
 * restarts nor a firewall that drops probes can take a healthy site away. Where all of several peers are silent the site
 * itself is cut off: it withdraws none, since with its link its peers are back at once. With one peer alone the two cannot
 * be told apart, and backends that answer nobody are no loss.
 * @param seen what was seen of each peer that the site is to have; one that is not in it is forgotten
 * @param withdrawn peers that are withdrawn now
 */
export function decideWithdrawal(
  before: WithdrawalMemory,
  seen: Readonly<Record<string, PeerSeen>>,
  withdrawn: readonly string[],
  rules: WithdrawalRules,
): WithdrawalDecision {
  const names = Object.keys(seen).sort();
  const isCutOff = names.length > 1 && names.every((name) => isSilent(seen[name]!));
  const gone = names.filter((name) => withdrawn.includes(name));
  const counted = new Map(names.map((name) => [name, count(own(before, name), seen[name]!, isCutOff, rules)]));
  const takeBack = gone.filter((name) => counted.get(name)!.answered >= returnsAfter(counted.get(name)!, rules));
  const lost = names
    .filter((name) => !gone.includes(name) && counted.get(name)!.silent >= rules.lossRounds)
    .sort((a, b) => counted.get(b)!.silent - counted.get(a)!.silent);
  // One that is taken back now leaves its place at the next round only: the two are not one change.
  const room = Math.max(0, rules.atMost - gone.length);
  for (const name of takeBack) counted.set(name, { ...NEW, returns: counted.get(name)!.returns + 1 });
  return {
    memory: Object.fromEntries(counted),
    withdraw: lost.slice(0, room),
    takeBack,
    heldBack: lost.slice(room),
    isCutOff,
  };
}

function own(memory: WithdrawalMemory, name: string): PeerMemory {
  return Object.hasOwn(memory, name) ? memory[name]! : NEW;
}

function isSilent({ api, nodes }: PeerSeen): boolean {
  return !api && nodes === false;
}

function count(memory: PeerMemory, seen: PeerSeen, isCutOff: boolean, { calmRounds }: WithdrawalRules): PeerMemory {
  // What was seen through a link that was down says nothing of anybody.
  if (isCutOff) return { ...memory, silent: 0, answered: 0 };
  const silent = isSilent(seen) ? memory.silent + 1 : 0;
  const answered = seen.api && seen.nodes !== false ? memory.answered + 1 : 0;
  return { silent, answered, returns: answered >= calmRounds ? 0 : memory.returns };
}

function returnsAfter({ returns }: PeerMemory, { returnRounds }: WithdrawalRules): number {
  return returnRounds * Math.min(2 ** returns, MOST_DELAY);
}

/**
 * The pace of a withdrawer: a site that vanishes is withdrawn 5.5 to 7.5 s later, which leaves as much again for the change
 * to reach every node within 15 s. A peer that is back is taken back after 10 s, and is forgotten to have been lost after
 * 10 minutes.
 */
export const WITHDRAWAL_PACE = {
  roundMs: 2000,
  /** Milliseconds that a probe waits. Sites are at most some 300 ms apart. */
  timeoutMs: 1500,
  lossRounds: 3,
  returnRounds: 5,
  calmRounds: 300,
} as const;
