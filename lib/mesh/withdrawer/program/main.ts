import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  decideWithdrawal,
  type PeerSeen,
  type WithdrawalMemory,
  type WithdrawalRules,
} from "../../../plan/mesh/withdrawal";
import { type ApiServer, apiServer } from "./api";
import { LeaderLease } from "./lease";
import { apiAnswers, type Credentials, knownNodes, nodesAnswer } from "./probes";
import { forget, readPeers, refresh, type SitePeers, takeBack, unfollow, withdraw } from "./site";

/** What the component writes for this program. */
export interface WithdrawerSettings extends WithdrawalRules {
  readonly roundMs: number;
  readonly timeoutMs: number;
  readonly lease: string;
  /** Folder with the certificate towards the peers. */
  readonly certificates: string;
  readonly agentSocket: string;
}

/** Nodes of each peer that are probed: they are lost together, or it is no loss of a site. */
const NODES_EACH = 3;

function say(message: string, more: object = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...more })}\n`);
}

/** What is kept from one round to the next. */
class Watch {
  #memory: WithdrawalMemory = {};
  #nodes = new Map<string, readonly string[]>();
  #said = "";

  constructor(
    readonly settings: WithdrawerSettings,
    readonly api: ApiServer,
  ) {}

  /** Forgets what was counted: whoever has led meanwhile may have seen more. */
  stepBack(): void {
    this.#memory = {};
  }

  async round(): Promise<void> {
    const { settings, api } = this;
    const peers = await readPeers(api);
    await this.#learnNodes();
    const seen = await this.#probe(peers);
    const gone = Object.keys(peers.withdrawn).filter((name) => peers.declared.has(name));
    const decision = decideWithdrawal(this.#memory, seen, gone, settings);
    this.#memory = decision.memory;
    const changed = [
      ...(await Promise.all(decision.withdraw.map((peer) => this.#withdraw(peer, peers)))),
      ...(await Promise.all(decision.takeBack.map((peer) => this.#takeBack(peer, peers)))),
      ...(await this.#agree(peers, decision.takeBack)),
    ];
    if (changed.length > 0) await this.#refresh();
    this.#saySituation(decision.isCutOff, decision.heldBack);
  }

  async #learnNodes(): Promise<void> {
    const { agentSocket, timeoutMs } = this.settings;
    // An agent that restarts knows nothing for a while: what was known stays.
    const found = await knownNodes(agentSocket, timeoutMs).catch(() => new Map<string, string[]>());
    for (const [site, nodes] of found) this.#nodes.set(site, nodes.sort().slice(0, NODES_EACH));
  }

  async #probe({ declared, followed, withdrawn }: SitePeers): Promise<Record<string, PeerSeen>> {
    const { timeoutMs } = this.settings;
    const own = this.#credentials();
    // A peer that somebody else has withdrawn is theirs.
    const names = [...declared.keys()].filter((name) => name in followed || name in withdrawn);
    const seen = names.map(async (name): Promise<[string, PeerSeen]> => {
      const nodes = withdrawn[name]?.nodes ?? this.#nodes.get(name) ?? [];
      const [api, answers] = await Promise.all([
        apiAnswers(declared.get(name)!, own, timeoutMs),
        nodesAnswer(nodes, timeoutMs),
      ]);
      return [name, { api, nodes: answers }];
    });
    return Object.fromEntries(await Promise.all(seen));
  }

  #credentials(): Credentials {
    const read = (name: string) => readFileSync(join(this.settings.certificates, name));
    return { ca: read("ca.crt"), cert: read("tls.crt"), key: read("tls.key") };
  }

  async #withdraw(peer: string, { followed }: SitePeers): Promise<string> {
    const nodes = this.#nodes.get(peer) ?? [];
    await withdraw(this.api, peer, { since: new Date().toISOString(), nodes, entry: followed[peer] ?? "" });
    say("withdrawn: neither its mesh API nor its nodes answer", { peer });
    return peer;
  }

  async #takeBack(peer: string, { withdrawn }: SitePeers): Promise<string> {
    await takeBack(this.api, peer, withdrawn[peer]!);
    say("taken back: it answers again", { peer, withdrawnSince: withdrawn[peer]!.since });
    return peer;
  }

  /** A peer that is withdrawn and followed all the same was put back; one that is not declared is no longer ours. */
  async #agree({ declared, followed, withdrawn }: SitePeers, taken: readonly string[]): Promise<string[]> {
    const names = Object.keys(withdrawn).filter((name) => !taken.includes(name));
    const again = names.filter((name) => declared.has(name) && name in followed);
    for (const peer of again) {
      await unfollow(this.api, peer);
      say("withdrawn again: it was put back, and does not answer yet", { peer });
    }
    for (const peer of names.filter((name) => !declared.has(name))) {
      await forget(this.api, peer);
      say("forgotten: it is no peer any more", { peer });
    }
    return again;
  }

  async #refresh(): Promise<void> {
    const failed = await refresh(this.api);
    if (failed > 0) say("some pods could not be told to refresh: they do within two minutes", { failed });
    // A kubelet may have looked before it was told of the change.
    setTimeout(() => void refresh(this.api).catch(() => undefined), 1000).unref();
  }

  #saySituation(isCutOff: boolean, heldBack: readonly string[]): void {
    const situation = isCutOff
      ? "cut off: no peer answers, so none is withdrawn"
      : heldBack.length > 0
        ? `kept: ${heldBack.join(", ")} do not answer, and as many are withdrawn as may be`
        : "";
    if (situation !== this.#said) say(situation === "" ? "as usual" : situation);
    this.#said = situation;
  }
}

/** Milliseconds without a finished round after which a kubelet had better start this program anew. */
const STUCK_MS = 60_000;

async function main(settings: WithdrawerSettings, identity: string): Promise<never> {
  const api = apiServer();
  const lease = new LeaderLease(api, settings.lease, identity);
  const watch = new Watch(settings, api);
  let isLeader = false;
  let failure = "";
  let last = performance.now();
  setInterval(() => {
    if (performance.now() - last > STUCK_MS) process.exit(1);
  }, 5000).unref();
  for (;;) {
    const started = performance.now();
    try {
      const was: boolean = isLeader;
      isLeader = await lease.hold(started);
      if (isLeader !== was) say(isLeader ? "watching" : "another one is watching");
      if (isLeader) await watch.round();
      else watch.stepBack();
      if (failure !== "") say("rounds succeed again");
      failure = "";
    } catch (error) {
      const { message } = error as Error;
      // A site that is being built has no peers yet, for many rounds.
      if (message !== failure) say("rounds are in vain, and go on", { error: message });
      failure = message;
    }
    last = performance.now();
    await sleep(Math.max(0, settings.roundMs - (last - started)));
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
void main(JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as WithdrawerSettings, process.env.POD_NAME ?? "one");
