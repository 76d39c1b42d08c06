/** Nodes by site with which a fleet holds, and from no site may one be taken. */
export function fewestNodes(sites: number, holds: (counts: readonly number[]) => boolean): number[] {
  let counts = Array.from({ length: sites }, () => 1);
  while (!holds(counts)) counts = counts.map((count) => count + 1);
  for (const site of counts.keys()) {
    for (let less = oneLess(counts, site); less[site]! > 0 && holds(less); less = oneLess(counts, site)) counts = less;
  }
  return counts;
}

/** The same nodes without one of a site. */
export function oneLess(counts: readonly number[], site: number): number[] {
  return counts.map((count, at) => (at === site ? count - 1 : count));
}
