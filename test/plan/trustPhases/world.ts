import type { ConsumerFact, SiteTrustFacts, TrustFacts } from "../../../lib/plan/trustPhases";
import { issuedFrom, type RotationSubject, type TrustRotation } from "../../../lib/plan/trustPhases";

/** A root by its key: a root that is made anew under an old name has another. */
type Key = string;

interface Pod {
  loaded: ReadonlySet<Key>;
  startedAt: number;
}

interface Run {
  readonly rotation: TrustRotation;
  readonly keys: ReadonlyMap<string, Key>;
  /** Waits until pods are rolled; one that does not goes on while they still run with the old bundle. */
  readonly awaits: boolean;
  stage: number;
}

interface WorldSite {
  readonly name: string;
  bundle: ReadonlySet<Key>;
  writtenAt: number;
  pods: Pod[];
  /** Keys that sign what it shows: two while pods with the old certificate still run beside those with the new one. */
  leaves: ReadonlySet<Key>;
  revision: number;
  reachable: boolean;
  lost: boolean;
  peered: boolean;
  run: Run | undefined;
}

/** Stages of one run in a site: the bundle, two pods, the certificate's old and new pods together, the new only, the record. */
const STAGES = 6;

/** Sites that are built by runs which lag, die half-way and hold locks, as those of Pulumi do. Time is in minutes. */
export class World {
  rotation: TrustRotation;
  facts: TrustFacts | undefined;
  now = 0;
  readonly sites: WorldSite[];
  readonly #keys = new Map<string, Key>();
  #made = 0;

  constructor(names: readonly string[], start: TrustRotation) {
    this.rotation = start;
    this.#makeKeys();
    const bundle = new Set(this.#keys.values());
    this.sites = names.map((name) => ({
      name,
      bundle,
      writtenAt: -1000,
      pods: [0, 1].map(() => ({ loaded: bundle, startedAt: -999 })),
      leaves: new Set([this.#keys.get(issuedFrom(start, name) ?? "") ?? ""]),
      revision: start.revision,
      reachable: true,
      lost: false,
      peered: true,
      run: undefined,
    }));
  }

  get subject(): RotationSubject {
    const sites = this.sites.map(({ name, lost }) => ({ name, state: lost ? ("lost" as const) : ("active" as const) }));
    return { rotation: this.rotation, sites };
  }

  get clock(): string {
    return time(this.now);
  }

  /** Changes the data, and makes the keys of roots that are new in it; those of roots that left it are gone. */
  change(to: TrustRotation): void {
    this.rotation = { ...to, changedAt: this.clock };
    this.#makeKeys();
    this.now += 0.01;
  }

  #makeKeys(): void {
    const named = new Set(this.rotation.generations.map(({ name }) => name));
    for (const name of [...this.#keys.keys()]) if (!named.has(name)) this.#keys.delete(name);
    for (const name of named) if (!this.#keys.has(name)) this.#keys.set(name, `${name}#${++this.#made}`);
  }

  collect(): void {
    this.now += 0.01;
    this.facts = {
      version: 1,
      collectedAt: this.clock,
      sites: Object.fromEntries(this.sites.map((site) => [site.name, this.#seen(site)])),
    };
  }

  #seen(site: WorldSite): SiteTrustFacts {
    const seenAt = this.clock;
    if (!site.reachable || site.lost) return { reached: false, seenAt, reason: "no answer within 10 s" };
    const consumer: ConsumerFact = {
      where: "kube-system/DaemonSet/cilium",
      desired: 2,
      pods: site.pods.map(({ loaded, startedAt }, index) => ({
        name: `cilium-${index}`,
        hash: hash(loaded),
        ready: true,
        startedAt: time(startedAt),
      })),
    };
    const roots = [...site.bundle].map((key) => ({
      fingerprint: key,
      subject: key,
      generation: named(key),
      notAfter: time(1e6),
    }));
    return {
      reached: true,
      seenAt,
      revision: site.revision,
      bundles: [
        { where: "kube-system/ConfigMap/roots", hash: hash(site.bundle), roots, writtenAt: time(site.writtenAt) },
      ],
      leaves: [...site.leaves].map((key) => ({
        where: "kube-system/server",
        subject: site.name,
        issuer: key,
        generation: named(key),
        isIssuer: false,
        notBefore: time(0),
        notAfter: time(1e6),
      })),
      consumers: [consumer],
    };
  }

  /** Begins an update of a site, if it answers and none is under way: its state is locked. */
  begin(site: WorldSite, awaits = true): void {
    if (site.run !== undefined || !site.reachable || site.lost) return;
    site.run = { rotation: this.rotation, keys: new Map(this.#keys), awaits, stage: 0 };
  }

  /** One more stage of an update; a site that does not answer holds it up. */
  advance(site: WorldSite): void {
    const { run } = site;
    if (run === undefined || !site.reachable || site.lost) return;
    this.now += 0.01;
    const key = run.keys.get(issuedFrom(run.rotation, site.name) ?? "") ?? "";
    const stage = run.stage++;
    if (stage === 0) this.#write(site, new Set(run.rotation.generations.map(({ name }) => run.keys.get(name) ?? "")));
    if (run.awaits && (stage === 1 || stage === 2)) this.restart(site, stage - 1);
    if (stage === 3) site.leaves = new Set([...site.leaves, key]);
    if (stage === 4) site.leaves = new Set([key]);
    if (stage === 5) site.revision = run.rotation.revision;
    if (run.stage === STAGES) site.run = undefined;
  }

  #write(site: WorldSite, bundle: ReadonlySet<Key>): void {
    if (hash(bundle) === hash(site.bundle)) return;
    site.bundle = bundle;
    site.writtenAt = this.now;
  }

  /** A pod reads the bundle anew. */
  restart(site: WorldSite, pod: number): void {
    const one = site.pods[pod];
    if (one === undefined || hash(one.loaded) === hash(site.bundle)) return;
    this.now += 0.01;
    site.pods[pod] = { loaded: site.bundle, startedAt: this.now };
  }

  /** An update from beginning to end; an earlier one that is under way ends first. */
  update(site: WorldSite, awaits = true): void {
    for (let i = 0; i < STAGES; i++) this.advance(site);
    this.begin(site, awaits);
    for (let i = 0; i < STAGES; i++) this.advance(site);
  }

  lose(site: WorldSite): void {
    Object.assign(site, { lost: true, peered: false, run: undefined });
  }

  /** Ordered pairs of peered sites of which the second does not accept what the first shows. */
  broken(): string[] {
    const peered = this.sites.filter((site) => site.peered);
    return peered.flatMap((from) =>
      peered
        .filter((to) => to !== from && !accepts(to, from))
        .map((to) => `${to.name} refuses ${from.name} (${[...from.leaves]})`),
    );
  }
}

function accepts(to: WorldSite, from: WorldSite): boolean {
  return to.pods.every(({ loaded }) => [...from.leaves].every((key) => loaded.has(key)));
}

function hash(bundle: ReadonlySet<Key>): string {
  return [...bundle].sort().join("+");
}

function named(key: Key): string {
  return key.split("#")[0] ?? key;
}

/** A time of the world as ISO 8601; the world begins at noon of some day. */
export function time(minutes: number): string {
  return new Date(Date.UTC(2026, 10, 20, 12) + Math.round(minutes * 60_000)).toISOString();
}
