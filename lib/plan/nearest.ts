/**
 * The known word nearest to one that nobody knows, for "did you mean".
 *
 * Distance counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment), because
 * swapped letters are the commonest slip. Letters' case counts nothing. A word further away than a third of its length
 * is no suggestion: a wrong hint costs more than none.
 * @param word what was written
 * @param known what may be written; at equal distance the first wins
 * @returns undefined when nothing is near
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let limit = Math.max(1, Math.floor(word.length / 3));
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const found = distance(lower, candidate.toLowerCase());
    if (found <= limit && (best === undefined || found < limit)) {
      best = candidate;
      limit = found;
    }
    if (limit === 0) break;
  }
  return best;
}

/** No name of ours is longer, and a hostile key of a megabyte must not cost its square. */
const LONGEST = 256;

function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
