import type { Exclusion } from "./exclusion";
import { mostWhere } from "./nodeSpread";
import type { Limit } from "./packing";

/** Bits of a word that are used: with 32, a mark would be negative. */
const BITS = 31;

/**
 * Which workloads have pods on the nodes of a simulation, as far as that keeps others away. Entries are the simulation's:
 * nodes in the same condition. Marks are bits, of which only workloads have one that are apart from another.
 */
export class Company {
  private readonly words: number;
  /** Index of each workload's mark; -1 for none. */
  private readonly mark: Int32Array;
  /** By workload: the marks of those that it is apart from. */
  private readonly against: Int32Array;
  private readonly marks: Int32Array;
  private placing = 0;
  private most = Number.POSITIVE_INFINITY;
  private skew = Number.POSITIVE_INFINITY;

  constructor(
    exclusion: Exclusion,
    private readonly limits: readonly Limit[],
    entries: number,
  ) {
    let marked = 0;
    this.mark = Int32Array.from(exclusion.apart, (others) => (others.length === 0 ? -1 : marked++));
    this.words = Math.ceil(marked / BITS);
    this.against = new Int32Array(exclusion.apart.length * this.words);
    for (const [w, others] of exclusion.apart.entries()) {
      for (const other of others) this.put(this.against, w, this.mark[other] as number);
    }
    this.marks = new Int32Array(entries * this.words);
  }

  /** Empties all nodes. */
  reset(): void {
    this.marks.fill(0);
  }

  /**
   * Begins with the pods of a workload. Undefined when nothing keeps them away.
   * @param isLevel whether those that must be even may be as many as the scheduler lets them, and not only as always can be
   */
  begin(w: number, isLevel: boolean): this | undefined {
    const { always, skew, most } = this.limits[w] as Limit;
    this.placing = w;
    this.skew = isLevel ? skew : Number.POSITIVE_INFINITY;
    this.most = this.skew === Number.POSITIVE_INFINITY ? always : most;
    return this.most === Number.POSITIVE_INFINITY && this.mark[w] === -1 ? undefined : this;
  }

  /** Whether the limit moves with the node that has the fewest. */
  get isLevelling(): boolean {
    return this.skew !== Number.POSITIVE_INFINITY;
  }

  /** Tells how many pods of the workload the node has that has the fewest. */
  level(fewest: number): void {
    this.most = mostWhere(fewest, this.limits[this.placing] as Limit);
  }

  /** Whether the nodes of an entry, which have so many pods of the workload, may have no more. */
  excludes(i: number, has: number): boolean {
    if (has >= this.most) return true;
    const own = this.placing * this.words;
    for (let n = 0; n < this.words; n++) {
      if (((this.marks[i * this.words + n] as number) & (this.against[own + n] as number)) !== 0) return true;
    }
    return false;
  }

  /** Pods of the workload that a node may have beside those that it has. */
  room(has: number): number {
    return this.most - has;
  }

  /** An entry is split: the copy's nodes are as the others were. */
  copy(from: number, to: number): void {
    this.marks.copyWithin(to * this.words, from * this.words, (from + 1) * this.words);
  }

  /** The nodes of an entry take pods of the workload. */
  add(i: number): void {
    const mark = this.mark[this.placing] as number;
    if (mark >= 0) this.put(this.marks, i, mark);
  }

  private put(into: Int32Array, row: number, mark: number): void {
    const at = row * this.words + Math.floor(mark / BITS);
    into[at] = (into[at] as number) | (1 << (mark % BITS));
  }
}

/** Undefined where no workload keeps another, or itself, away. */
export function companyOf(exclusion: Exclusion, limits: readonly Limit[], entries: number): Company | undefined {
  const isFree = limits.every(({ always }) => always === Number.POSITIVE_INFINITY);
  if (isFree && exclusion.apart.every((others) => others.length === 0)) return undefined;
  return new Company(exclusion, limits, entries);
}
