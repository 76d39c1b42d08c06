import type { Domain } from "./domains";
import { unit } from "./grains";
import type { Load } from "./packing";
import { type RunningPart, runWithout } from "./requirements";
import { carriesAll, ShareSum } from "./shares";
import type { Loss, LossOfResource } from "./verdict";

/** Losses that are listed at most, the worst first. */
export const LISTED_LOSSES = 10_000;

/** The losses of `tolerate` domains, the worst first, and how many there are in all. */
export interface Losses {
  readonly listed: readonly Loss[];
  /** May exceed 2^53, and is then rounded. */
  readonly all: number;
}

/**
 * Every loss of `tolerate` fault domains at once, the worst first: the one that leaves the smallest share of the demand
 * carried. `domains` must be sorted, the strongest first. Never more than {@link LISTED_LOSSES} are made.
 * @param spared only losses that take none of these fault domains are listed, and counted
 */
export function lossesOf(
  domains: readonly Domain[],
  tolerate: number,
  load: Load,
  parts: readonly RunningPart[] = [],
  spared: ReadonlySet<string> = new Set(),
): Losses {
  const size = Math.min(tolerate, domains.length);
  const atRisk = spared.size === 0 ? domains : domains.filter(({ name }) => !spared.has(name));
  if (atRisk.length < size) return { listed: [], all: 0 };
  const all = ShareSum.together(domains.map((one) => one.proven));
  const have = load.resources.map((_, r) => domains.reduce((sum, one) => sum + (one.have[r] ?? 0), 0));
  const listed: Loss[] = [];
  for (const chosen of strongestSubsets(atRisk, size)) {
    const lost = chosen.map((i) => atRisk[i] as Domain);
    const survives = domains.length > tolerate;
    listed.push({
      faultDomains: lost.map((one) => one.name),
      sites: lost.flatMap((one) => one.sites.map(({ site }) => site.name)),
      holds:
        survives &&
        load.need.some((need) => need > 0) &&
        carriesAll(
          all,
          lost.map((one) => one.proven),
          load.headroom,
        ) &&
        runWithout(
          parts,
          lost.map((one) => one.name),
        ),
      resources: resourcesAfter(load, (r) => left(r, have, domains, lost)),
    });
    if (listed.length === LISTED_LOSSES) break;
  }
  return { listed, all: binomial(atRisk.length, size) };
}

/** What the others have of a resource, in grains; Infinity where nodes of one of them do not limit it. */
function left(r: number, have: readonly number[], domains: readonly Domain[], lost: readonly Domain[]): number {
  const of = (one: Domain) => one.have[r] ?? 0;
  const all = have[r] ?? 0;
  if (Number.isFinite(all)) return lost.reduce((sum, one) => sum - of(one), all);
  return domains.reduce((sum, one) => (lost.includes(one) ? sum : sum + of(one)), 0);
}

/** What is needed and what is left, per resource, in the units that people read. */
function resourcesAfter(load: Load, leftOf: (r: number) => number): LossOfResource[] {
  const rows: LossOfResource[] = [];
  for (const [r, resource] of load.resources.entries()) {
    const bare = load.need[r] ?? 0;
    if (bare === 0) continue;
    const { name, grains } = unit(resource);
    const need = (bare * load.headroom.num) / load.headroom.den;
    const left = leftOf(r);
    const isLimited = Number.isFinite(left);
    rows.push({
      resource: name,
      need: need / grains,
      have: isLimited ? left / grains : null,
      headroom: isLimited ? left / need - 1 : null,
    });
  }
  return rows;
}

/**
 * Sets of `size` indices of a list that is sorted by descending strength, the strongest set first, made one at a time:
 * from a set, the next weaker ones move one index by one. The set's rank breaks ties.
 */
function* strongestSubsets(domains: readonly Domain[], size: number): Generator<readonly number[]> {
  const strength = (set: readonly number[]) => set.reduce((sum, i) => sum + (domains[i]?.proven.value ?? 0), 0);
  const first = Array.from({ length: size }, (_, i) => i);
  const heap = new Heap();
  const seen = new Set([first.join()]);
  heap.push({ set: first, strength: strength(first) });
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    yield top.set;
    for (let i = 0; i < size; i++) {
      const moved = (top.set[i] ?? 0) + 1;
      if (moved >= (i + 1 < size ? (top.set[i + 1] ?? 0) : domains.length)) continue;
      const set = [...top.set.slice(0, i), moved, ...top.set.slice(i + 1)];
      const key = set.join();
      if (seen.has(key)) continue;
      seen.add(key);
      heap.push({ set, strength: strength(set) });
    }
  }
}

interface Entry {
  readonly set: readonly number[];
  readonly strength: number;
}

/** A binary heap, the strongest entry on top. */
class Heap {
  private readonly entries: Entry[] = [];

  push(entry: Entry): void {
    let at = this.entries.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!before(entry, this.entries[up] as Entry)) break;
      this.entries[at] = this.entries[up] as Entry;
      at = up;
    }
    this.entries[at] = entry;
  }

  pop(): Entry | undefined {
    const top = this.entries[0];
    const last = this.entries.pop();
    if (last === undefined || this.entries.length === 0) return top;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      const [left, right] = [this.entries[down], this.entries[down + 1]];
      if (left === undefined) break;
      if (right !== undefined && before(right, left)) down++;
      if (!before(this.entries[down] as Entry, last)) break;
      this.entries[at] = this.entries[down] as Entry;
      at = down;
    }
    this.entries[at] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  if (a.strength !== b.strength) return a.strength > b.strength;
  const differs = a.set.findIndex((index, i) => index !== b.set[i]);
  return differs >= 0 && (a.set[differs] ?? 0) < (b.set[differs] ?? 0);
}

function binomial(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return Math.round(product);
}
