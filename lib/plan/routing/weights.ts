/**
 * Whole-number weights in the proportions of `parts`, the largest at most `most`: of the scales from half of `most` to
 * `most` the one whose weights are truest. Only what is nothing weighs `least`.
 * @param parts numbers of 0 or more; all 0 counts as all equal
 * @param least what the service takes for nothing: 0 or 1
 */
export function wholeWeights(parts: readonly number[], most: number, least: 0 | 1): number[] {
  const largest = Math.max(0, ...parts);
  if (!(largest > 0)) return parts.map(() => most);
  let best: number[] = [];
  let smallest = Number.POSITIVE_INFINITY;
  for (let scale = most; scale >= Math.max(1, most / 2) && smallest > 0; scale--) {
    const exact = parts.map((part) => (part / largest) * scale);
    const weights = exact.map((one) => Math.max(one > 0 ? 1 : least, Math.round(one)));
    const error = exact.reduce((worst, one, i) => Math.max(worst, Math.abs((weights[i] ?? 0) - one) / scale), 0);
    if (error < smallest - 1e-12) [best, smallest] = [weights, error < 1e-9 ? 0 : error];
  }
  return best;
}
