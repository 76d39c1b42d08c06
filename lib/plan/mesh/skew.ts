/** The minor version of a Cilium version such as `1.19.5`; NaN for what is none. */
export function ciliumMinor(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);
}

/**
 * What is wrong between the versions of the sites: any two may be one minor version apart while an upgrade walks them.
 * Source: Cilium, "Setting up Cluster Mesh", requirements.
 * @param versions those that were seen, by site
 */
export function skewProblems(versions: Readonly<Record<string, readonly string[]>>): string[] {
  const all = Object.entries(versions).flatMap(([site, seen]) => seen.map((version) => ({ site, version })));
  const known = all
    .filter(({ version }) => !Number.isNaN(ciliumMinor(version)))
    .sort((a, b) => ciliumMinor(a.version) - ciliumMinor(b.version));
  const [oldest, newest] = [known[0], known.at(-1)];
  if (oldest === undefined || newest === undefined) return [];
  if (ciliumMinor(newest.version) - ciliumMinor(oldest.version) <= 1) return [];
  return [
    `Cilium ${oldest.version} runs in ${oldest.site} and ${newest.version} in ${newest.site}: sites may be one minor ` +
      `version apart. Bring ${oldest.site} up one minor version at a time.`,
  ];
}
